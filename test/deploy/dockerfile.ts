import { execFile } from 'node:child_process'
import { cp, mkdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** One instruction: `COPY package.json ./` is `{ name: 'COPY', rest: 'package.json ./' }`. */
interface Instruction {
  readonly name: string
  readonly rest: string
}

/** The instructions of a Dockerfile; comments left out, continued lines joined. */
export function instructionsOf(text: string): Instruction[] {
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replaceAll('\\\n', '')
    .split('\n')
  return lines
    .filter(line => line.trim() !== '')
    .map(line => {
      const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? []
      return { name, rest }
    })
}

/** The value of an instruction in JSON form, such as ENTRYPOINT. */
export function listOf(instructions: readonly Instruction[], name: string): string[] {
  const found = instructions.findLast(instruction => instruction.name === name)
  return JSON.parse(found?.rest ?? '[]')
}

/**
 * Does what a build does, without containers: each stage is a folder, COPY copies, RUN runs in the stage's working folder
 * with this machine's programs. Knows the few instructions that our Dockerfile has.
 * @param context folder that is built, @param folder where the stages go
 * @returns the last stage's root folder
 * @throws Error on an instruction it does not know, and when a command fails
 */
export async function buildInFolders(
  instructions: readonly Instruction[],
  { context, folder }: { context: string; folder: string },
): Promise<string> {
  const roots = new Map<string, string>()
  let root = folder
  let cwd = '/'
  for (const { name, rest } of instructions) {
    if (name === 'FROM') {
      const stage = / AS (\S+)$/.exec(rest)?.[1] ?? 'final'
      root = join(folder, stage)
      roots.set(stage, root)
      await mkdir(root)
    } else if (name === 'WORKDIR') {
      cwd = rest
      await mkdir(join(root, cwd), { recursive: true })
    } else if (name === 'COPY') {
      const from = /^--from=(\S+) /.exec(rest)?.[1]
      const source = from === undefined ? context : roots.get(from)
      if (source === undefined) throw new Error(`COPY from a stage that is not there: ${rest}`)
      await copy(source, rest.replace(/^--from=\S+ /, '').split(' '), join(root, cwd))
    } else if (name === 'RUN') {
      await exec('sh', ['-euc', rest], { cwd: join(root, cwd), maxBuffer: 64 << 20 })
    } else if (!['ARG', 'ENV', 'USER', 'ENTRYPOINT', 'CMD'].includes(name)) {
      throw new Error(`an instruction this test does not know: ${name} ${rest}`)
    }
  }
  return root
}

/** As COPY does: the content of a folder, or files into a folder. */
async function copy(source: string, paths: readonly string[], cwd: string): Promise<void> {
  const target = join(cwd, paths.at(-1) ?? '')
  for (const path of paths.slice(0, -1)) {
    const from = join(source, path)
    const isFolder = (await stat(from)).isDirectory()
    await cp(from, isFolder ? target : join(target, basename(from)), {
      recursive: true,
      verbatimSymlinks: true,
    })
  }
}
