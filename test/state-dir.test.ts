import assert from 'node:assert/strict'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { holdFile, holdStateDir } from '../src/state-dir.ts'
import { runCli, startCli } from './cli.ts'
import { countSyncs } from './count-syncs.ts'
import { tempDir } from './temp-dir.ts'

async function configured(t: TestContext): Promise<string> {
  const dir = await tempDir(t)
  await writeFile(join(dir, 'audit.log'), '')
  await writeFile(
    join(dir, 'auditship.yaml'),
    `
receivers: { auditLog: { pathPrefix: ${dir} } }
exporters: { debug: {} }
service: { stateDir: ${join(dir, 'state')} }
`,
  )
  return dir
}

const CONFIG = ['--config', 'auditship.yaml']
const IN_USE = /service\.stateDir \S+\/state is in use by another auditship process.*Stop that one, or set/

suite('a stateDir belongs to one process', () => {
  const second: [title: string, args: string[]][] = [
    ['a second agent refuses to start', ['run', ...CONFIG]],
    ['replay refuses while an agent runs', ['replay', ...CONFIG]],
  ]
  for (const [title, args] of second) {
    test(title, async t => {
      const cwd = await configured(t)
      const first = startCli(t, ['run', ...CONFIG], { cwd })
      await first.says(/auditship runs/)
      const { code, stderr } = await runCli(t, args, { cwd })
      assert.equal(code, 1)
      assert.match(stderr, IN_USE)
      first.child.kill('SIGTERM')
      assert.equal(await first.ended, 0, 'the first one is not disturbed')
    })
  }

  test('an agent that was killed leaves no lock behind', async t => {
    const cwd = await configured(t)
    const first = startCli(t, ['run', ...CONFIG], { cwd })
    await first.says(/auditship runs/)
    first.child.kill('SIGKILL')
    await first.ended
    assert.equal((await runCli(t, ['run', '--once', ...CONFIG], { cwd })).code, 0)
  })

  test('is waited for when somebody only looks whether it is in use', async t => {
    const path = await tempDir(t)
    const look = await holdFile(join(path, 'lock'))
    const held = holdStateDir(path, logTo([]))
    setTimeout(() => look?.(), 200)
    const release = await held
    release()
  })

  test('has a lock that its user alone can open, also where another one was left', async t => {
    const path = await tempDir(t)
    await writeFile(join(path, 'lock'), '', { mode: 0o644 })
    for (const folder of [path, join(path, 'new')]) {
      const release = await holdStateDir(folder, logTo([]))
      assert.equal((await stat(join(folder, 'lock'))).mode & 0o777, 0o600)
      release()
    }
  })

  test('is free again as soon as it is let go', async t => {
    const path = join(await tempDir(t), 'state')
    const said: string[] = []
    const log = logTo(said)
    const release = await holdStateDir(path, log)
    await assert.rejects(holdStateDir(path, log), /is in use/)
    release()
    release()
    const again = await holdStateDir(path, log)
    again()
    assert.deepEqual(said, [])
  })

  test('is synced in the folders above it when it is new', async t => {
    const path = join(await tempDir(t), 'new', 'state')
    const syncs = await countSyncs(t)
    const release = await holdStateDir(path, logTo([]))
    release()
    assert.equal(syncs(), 2)
  })

  test('whatever was written into the lock, it locks', async t => {
    const path = await tempDir(t)
    await writeFile(join(path, 'lock'), 'x'.repeat(5000))
    const said: string[] = []
    const release = await holdStateDir(path, logTo(said))
    await assert.rejects(holdStateDir(path, logTo(said)), /is in use/)
    release()
    assert.deepEqual(said, [])
  })

  test('what is no lock is an ERROR, and the agent runs without', async t => {
    const path = await tempDir(t)
    await mkdir(join(path, 'lock'))
    const said: string[] = []
    const release = await holdStateDir(path, logTo(said))
    release()
    assert.match(said.join(), /^cannot lock \S+\/lock: unable to open database file\. Events are delivered/)
  })
})

const logTo = (said: string[]) => {
  const add = (message: string) => void said.push(message)
  return { debug: add, info: add, warn: add, error: add }
}
