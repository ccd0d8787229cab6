import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, chown, copyFile, cp, mkdir, mkdtemp, readdir, stat, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { samplePath } from '../samples.ts'
import { tempDir } from '../temp-dir.ts'
import { buildInFolders, instructionsOf, listOf } from './dockerfile.ts'

const exec = promisify(execFile)
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const INSTRUCTIONS = instructionsOf(readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8'))
/** Without Node.js and what else is in the base image. */
const MOST_BYTES = 150e6

// Installs all packages twice, as the image does: up to a minute on a cold cache.
test("the image's steps make a small tree that works and is not written to", {
  timeout: 300_000,
}, async t => {
  const folder = await tempDir(t)
  const context = join(folder, 'context')
  await copyContext(context)
  const root = await buildInFolders(INSTRUCTIONS, { context, folder })

  const sizes = await sizesIn(root)
  const bytes = [...sizes.values()].reduce((sum, { size }) => sum + size, 0)
  t.diagnostic(
    `${sizes.size} files, ${(bytes / 1e6).toFixed(0)} MB: auditship and its packages, without Node.js`,
  )
  assert.ok(bytes < MOST_BYTES, `${bytes} bytes`)
  const runtimes = [...sizes.keys()].filter(path =>
    /\/(node|bun|deno)(\.exe)?$|node-bin|typescript/.test(path),
  )
  assert.deepEqual(runtimes, [])

  const [entrypoint = ''] = listOf(INSTRUCTIONS, 'ENTRYPOINT')
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}` // its first line runs the `node` found there
  const auditship = (...args: string[]) =>
    exec(join(root, entrypoint), args, { cwd: folder, env: { ...process.env, PATH } })
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  assert.equal((await auditship('--version')).stdout.trim(), version)

  const config = join(folder, 'auditship.yaml')
  await writeFile(
    config,
    'exporters: { file: { path: out.jsonl } }\nreceivers: { auditLog: {} }\nservice: { stateDir: state }\n',
  )
  await auditship('validate', '--config', config)
  await auditship('run', '--once', '--config', config, '--file', samplePath('audit2rbac-demo.jsonl'))
  assert.equal(readFileSync(join(folder, 'out.jsonl'), 'utf8').split('\n').length - 1, 37)
  // Every exporter's packages are there, also those that are loaded only when used.
  const setup = ['setup', 'postgres', '--dry-run', '--config', join(ROOT, 'config/postgres.yaml')]
  await auditship(...setup, '--set', `service.stateDir=${join(folder, 'database')}`)
  await auditship('init', '--provider', 'k3s', '--exporter', 'otlp', '--dir', join(folder, 'init'))
  assert.deepEqual(await sizesIn(root), sizes)

  const skip = process.getuid?.() === 0 ? false : 'takes root, which gives rights away'
  await t.test('as root without capabilities it reads a log that is root’s alone', { skip }, async () => {
    await assertReads(['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'], log => chmod(log, 0o600))
  })
  await t.test(
    'as another user it reads a log of its group, and not one that is root’s alone',
    { skip },
    async () => {
      const user = ['--reuid=65532', '--regid=65532', '--clear-groups', '--no-new-privs']
      await assertReads(user, async log => {
        await chown(log, 0, 65532)
        await chmod(log, 0o640)
      })
      await assert.rejects(
        assertReads(user, log => chmod(log, 0o600)),
        /permission/i,
      )
    },
  )

  /** Runs what is in the tree with rights given away by `setpriv`, on a log in a folder of mode 0750. */
  async function assertReads(rights: readonly string[], protect: (log: string) => Promise<void>) {
    const dir = await mkdtemp(join(folder, 'run-'))
    await chmod(dir, 0o777)
    const logs = join(dir, 'logs')
    await mkdir(logs, { mode: 0o750 })
    await chown(logs, 0, 65532)
    const log = join(logs, 'audit.log')
    await copyFile(samplePath('audit2rbac-demo.jsonl'), log)
    await protect(log)
    await chmod(folder, 0o755)
    await copyFile(process.execPath, join(folder, 'node'))
    const PATH = `${folder}${delimiter}${process.env.PATH}`
    await copyFile(config, join(dir, 'auditship.yaml'))
    await exec(
      'setpriv',
      [...rights, join(root, entrypoint), 'run', '--once', '--config', 'auditship.yaml', '--file', log],
      {
        cwd: dir,
        env: { ...process.env, PATH },
      },
    )
    assert.equal(readFileSync(join(dir, 'out.jsonl'), 'utf8').split('\n').length - 1, 37)
  }
})

test('the image has the Node.js that the tests run on', () => {
  const base = INSTRUCTIONS.find(({ name }) => name === 'ARG')?.rest ?? ''
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  assert.equal(/^NODE=([\d.]+)-/.exec(base)?.[1], devDependencies.node)
})

/** What .dockerignore lets through. Only the form it has is understood: everything out, then names in. */
async function copyContext(context: string): Promise<void> {
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')
  const [first, ...names] = lines.filter(line => line !== '' && !line.startsWith('#'))
  assert.equal(first, '*')
  await mkdir(context)
  for (const name of names) {
    assert.match(name, /^!/)
    await cp(join(ROOT, name.slice(1)), join(context, name.slice(1)), { recursive: true })
  }
}

/** Size and time of each file. */
async function sizesIn(folder: string): Promise<Map<string, { size: number; changed: number }>> {
  const sizes = new Map<string, { size: number; changed: number }>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile()) continue
    const { size, mtimeMs } = await stat(path)
    sizes.set(path, { size, changed: mtimeMs })
  }
  return sizes
}
