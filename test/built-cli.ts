import { execFile } from 'node:child_process'
import { copyFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { flagsOf } from '../bench/run/measure.ts'

const exec = promisify(execFile)
const ROOT = fileURLToPath(new URL('..', import.meta.url))

/**
 * The command as it is published, for `CliOptions.cli`: compiled into `folder`, with the flags of its first line.
 * The sources take 30 MB more, as their types are stripped while they run.
 */
export async function buildCli(folder: string): Promise<readonly string[]> {
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  await exec(tsc, ['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')], { cwd: ROOT })
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'))
  const script = join(folder, 'dist/cli.js')
  return [...flagsOf(script), script]
}
