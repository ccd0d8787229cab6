import assert from 'node:assert/strict'
import { appendFile, mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type CliRun, startCli } from '../cli.ts'
import { type OtlpBackend, startOtlpBackend } from '../exporters/otlp-backend.ts'
import { line, lines } from '../receivers/audit-log/harness.ts'
import { freePort } from '../servers/free-port.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'

/** A log and two backends to send it to. */
interface Site {
  readonly dir: string
  readonly log: string
  readonly first: OtlpBackend
  readonly second: OtlpBackend
  /** The configuration that sends to a backend. */
  text(to: string, more?: string): string
}

async function site(t: TestContext): Promise<Site> {
  const [first, second, dir] = [await startOtlpBackend(t), await startOtlpBackend(t), await tempDir(t)]
  await mkdir(join(dir, 'logs'))
  const log = join(dir, 'logs/audit.log')
  await writeFile(log, line(1))
  const text = (to: string, more = '') => `receivers: { auditLog: { pathPrefix: ${join(dir, 'logs')} } }
exporters: { otlp: { endpoint: "${to}" } }
service: { stateDir: ${join(dir, 'state')}, http: { listen: none }, shutdownTimeout: 2s }
${more}`
  return { dir, log, first, second, text }
}

/** Runs while `task` does, ends by SIGTERM, and says so by 0. */
async function whileRunning(
  t: TestContext,
  config: string,
  task: (run: CliRun) => Promise<void>,
  env = {},
): Promise<string> {
  const run = startCli(t, ['run', '--config', config], { env })
  try {
    await task(run)
    run.child.kill('SIGTERM')
    assert.equal(await run.ended, 0, run.stderr())
    return run.stderr()
  } finally {
    run.child.kill('SIGKILL')
    await run.ended // before its folder is removed
  }
}

/** How often an agent was started in it. */
const runs = (run: CliRun) => run.stderr().match(/auditship runs/g)?.length ?? 0

const arrived = (backend: OtlpBackend, count: number) =>
  waitUntil(async () => (await backend.received()).length >= count, `${count} events have arrived`)

const numberOf = (raw: string) => Number(JSON.parse(raw).annotations.number)

/** Each event once, wherever. */
async function assertEach({ first, second }: Site, count: number): Promise<void> {
  const numbers = [...(await first.received()), ...(await second.received())].map(numberOf)
  assert.deepEqual(
    numbers.sort((a, b) => a - b),
    Array.from({ length: count }, (_, i) => i + 1),
  )
}

suite('a new configuration is in force without a restart', () => {
  /** How a configuration is exchanged; the path that the agent was given. */
  const ways: [title: string, write: (dir: string, text: string, version: number) => Promise<string>][] = [
    [
      'when its file is written over',
      async (dir, text) => {
        await writeFile(join(dir, 'auditship.yaml'), text)
        return join(dir, 'auditship.yaml')
      },
    ],
    [
      'when its file is replaced by another',
      async (dir, text) => {
        await writeFile(join(dir, 'new'), text)
        await rename(join(dir, 'new'), join(dir, 'auditship.yaml'))
        return join(dir, 'auditship.yaml')
      },
    ],
    [
      'when the kubelet exchanges the folder of a ConfigMap',
      async (dir, text, version) => {
        const own = join(dir, `..2026_11_2${version}`)
        await mkdir(own)
        await writeFile(join(own, 'auditship.yaml'), text)
        await symlink(own, join(dir, '..data_tmp'))
        await rename(join(dir, '..data_tmp'), join(dir, '..data'))
        await symlink('..data/auditship.yaml', join(dir, 'auditship.yaml')).catch(() => {})
        return join(dir, 'auditship.yaml')
      },
    ],
  ]
  for (const [title, write] of ways)
    test(title, async t => {
      const at = await site(t)
      await mkdir(join(at.dir, 'config'))
      const put = (to: string, version: number) => write(join(at.dir, 'config'), at.text(to), version)
      const config = await put(at.first.endpoint, 1)
      const said = await whileRunning(t, config, async run => {
        await arrived(at.first, 1)
        await put(at.second.endpoint, 2)
        await run.says(/reads the configuration again: .*auditship.yaml has changed/)
        await appendFile(at.log, line(2))
        await arrived(at.second, 1)
      })
      await assertEach(at, 2)
      assert.equal(said.match(/auditship runs/g)?.length, 2, said)
    })

  test('at SIGHUP, with what stands in other files', async t => {
    const at = await site(t)
    const [config, endpoint] = [join(at.dir, 'auditship.yaml'), join(at.dir, 'endpoint')]
    await writeFile(endpoint, at.first.endpoint)
    const listen = `127.0.0.1:${await freePort()}`
    await writeFile(config, at.text(`\${file:${endpoint}}`).replace('none', listen))
    await whileRunning(t, config, async run => {
      await arrived(at.first, 1)
      await writeFile(endpoint, at.second.endpoint)
      run.child.kill('SIGHUP')
      await run.says(/reads the configuration again: SIGHUP/)
      await appendFile(at.log, line(2))
      await arrived(at.second, 1)
      assert.equal((await fetch(`http://${listen}/livez`)).status, 200)
    })
    await assertEach(at, 2)
  })

  test('and while much is written no event is lost or repeated', async t => {
    const at = await site(t)
    const config = join(at.dir, 'auditship.yaml')
    await writeFile(config, at.text(at.first.endpoint))
    const RELOADS = 5
    const EACH = 400
    await whileRunning(t, config, async run => {
      await arrived(at.first, 1)
      for (let reload = 0; reload < RELOADS; reload++) {
        for (let n = 0; n < EACH; n++) {
          await appendFile(at.log, line(reload * EACH + n + 2))
          if (n === EACH / 2) run.child.kill('SIGHUP')
        }
        await waitUntil(() => runs(run) > reload + 1, `reload ${reload + 1}`)
      }
      await arrived(at.first, RELOADS * EACH + 1)
    })
    await assertEach(at, RELOADS * EACH + 1)
  })
})

suite('a configuration that cannot be used leaves the old one in force, with ERROR', () => {
  const rows: [title: string, text: (at: Site) => string, says: RegExp][] = [
    [
      'no YAML',
      () => 'receivers: {',
      /ERROR.*auditship.yaml has changed, but it cannot be used.*auditship.yaml:/,
    ],
    ['nothing', () => '', /ERROR.*the file is empty/],
    [
      'a key that is unknown',
      at => at.text(at.second.endpoint).replace('endpoint', 'endpiont'),
      /ERROR.*did you mean \\"endpoint\\"/,
    ],
    [
      'a folder that cannot be made: it is found when the new agent starts',
      at => at.text(at.second.endpoint).replace(/stateDir: [^,]*/, 'stateDir: /dev/null/state'),
      /ERROR.*cannot start with the new configuration, goes back to the old one: cannot create service.stateDir/,
    ],
  ]
  for (const [title, text, says] of rows)
    test(title, async t => {
      const at = await site(t)
      const config = join(at.dir, 'auditship.yaml')
      await writeFile(config, at.text(at.first.endpoint))
      await whileRunning(t, config, async run => {
        await arrived(at.first, 1)
        await writeFile(config, text(at))
        await run.says(says)
        await appendFile(at.log, line(2))
        await arrived(at.first, 2)
        const before = runs(run)
        await writeFile(config, at.text(at.second.endpoint))
        await waitUntil(() => runs(run) > before, 'the repaired one is in force')
        await appendFile(at.log, lines(3, 4))
        await arrived(at.second, 2)
      })
      await assertEach(at, 4)
    })
})

test('a new level of the own log is in force', async t => {
  const at = await site(t)
  const config = join(at.dir, 'auditship.yaml')
  await writeFile(config, at.text(at.first.endpoint))
  const quiet = at.text(at.first.endpoint).replace('service: {', 'service: { log: { level: error },')
  const said = await whileRunning(t, config, async run => {
    await arrived(at.first, 1)
    await writeFile(config, quiet)
    await run.says(/stopped after/)
    await appendFile(at.log, line(2))
    await arrived(at.first, 2)
  })
  assert.equal(said.match(/auditship runs/g)?.length, 1)
})

test('SIGTERM during a reload, with a backend that does not answer, ends it with 0', async t => {
  const at = await site(t)
  at.first.answerWith(() => 'hang')
  const config = join(at.dir, 'auditship.yaml')
  await writeFile(config, at.text(at.first.endpoint))
  await whileRunning(t, config, async run => {
    await waitUntil(() => at.first.attempts() > 0, 'a request is in flight')
    run.child.kill('SIGHUP')
    await run.says(/reads the configuration again: SIGHUP/)
    await delay(100) // it waits for what is in flight now
  })
})
