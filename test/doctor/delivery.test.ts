import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFile, chmod, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { checkBackends } from '../../src/doctor/checks/backends.ts'
import { otlpExporter } from '../../src/exporters/otlp/index.ts'
import { runCli, startCli } from '../cli.ts'
import { contextFor } from '../exporters/context.ts'
import { type OtlpBackend, startOtlpBackend } from '../exporters/otlp-backend.ts'
import { waitUntil } from '../wait-until.ts'
import { bareMachine, type Machine, recentEvent } from './machine.ts'

/** A node with a log, an agent for it and a backend. */
interface Site {
  readonly machine: Machine
  readonly log: string
  readonly stateDir: string
  readonly config: string
  readonly backend: OtlpBackend
}

async function site(t: TestContext): Promise<Site> {
  const machine = await bareMachine(t)
  const backend = await startOtlpBackend(t)
  await machine.write('/logs/audit.log', recentEvent())
  const stateDir = machine.at('/state')
  const config = machine.at('/auditship.yaml')
  await machine.write(
    '/auditship.yaml',
    `receivers: { auditLog: { pathPrefix: ${machine.at('/logs')}, filename: audit.log } }
exporters: { otlp: { endpoint: "${backend.endpoint}" } }
service: { stateDir: ${stateDir}, shutdownTimeout: 200ms }
`,
  )
  return { machine, log: machine.at('/logs/audit.log'), stateDir, config, backend }
}

/** Does something while an agent runs that has delivered an event. */
async function whileRunning(
  t: TestContext,
  { config, backend }: Site,
  task: () => Promise<void>,
): Promise<void> {
  const run = startCli(t, ['run', '--config', config])
  try {
    await waitUntil(async () => (await backend.received()).length > 0, 'an event is delivered')
    await task()
  } finally {
    run.child.kill('SIGKILL')
    await run.ended // before its folder is removed
  }
}

async function stopped(t: TestContext, at: Site): Promise<void> {
  const { code, stderr } = await runCli(t, ['run', '--once', '--config', at.config])
  assert.equal(code, 0, stderr)
}

interface Answer {
  readonly code: number | NodeJS.Signals
  readonly findings: readonly { check: string; severity: string; message: string; repair?: string }[]
}

async function examine(t: TestContext, { config }: Site, args: readonly string[] = []): Promise<Answer> {
  const { code, stdout, stderr } = await runCli(t, ['doctor', '--json', '--config', config, ...args])
  assert.notEqual(stdout, '', stderr)
  return { code, ...JSON.parse(stdout) }
}

test('of an agent that delivers all is well, and nothing of it is touched', async t => {
  const at = await site(t)
  await whileRunning(t, at, async () => {
    let answer = await examine(t, at)
    // The checkpoint is saved a moment after the delivery.
    await waitUntil(async () => {
      answer = await examine(t, at)
      return answer.findings.some(({ message }) => message.includes('has delivered all of'))
    }, 'the checkpoint has it all')
    const bad = answer.findings.filter(({ severity }) => severity === 'warning' || severity === 'error')
    assert.deepEqual(bad, [])
    assert.equal(answer.code, 0)
    for (const check of ['configuration', 'log', 'agent', 'progress', 'backend', 'clock'])
      assert.ok(
        answer.findings.some(finding => finding.check === check && finding.severity === 'ok'),
        check,
      )
    assert.equal((await at.backend.received()).length, 1)
    assert.ok(at.backend.attempts() > 1, 'the backend was asked')
  })
})

const CLI = join(import.meta.dirname, '../../src/cli.ts')

type Fault = [
  title: string,
  breaks: (t: TestContext, at: Site) => Promise<unknown>,
  severity: 'warning' | 'error',
  check: string,
  says: RegExp,
  repair: RegExp,
]

const FAULTS: Fault[] = [
  [
    'a configuration that is wrong',
    (_t, at) => writeFile(at.config, 'receivers: { auditLog: { provider: k4s } }\nexporters: { otlp: {} }\n'),
    'error',
    'configuration',
    /1:\d+: receivers.auditLog.provider: expected one of .*k3s/,
    /auditship validate/,
  ],
  ['no agent ever', async () => {}, 'error', 'agent', /no agent has run/, /systemctl start auditship/],
  ['no agent now', stopped, 'error', 'agent', /no agent runs with the stateDir/, /systemctl start/],
  ['no checkpoint', async () => {}, 'error', 'progress', /default\/auditLog has no checkpoint/, /journalctl/],
  [
    'a checkpoint that is damaged',
    async (t, at) => {
      await stopped(t, at)
      const folder = join(at.stateDir, 'checkpoints')
      const [name = ''] = await readdir(folder)
      await writeFile(join(folder, name), '{"version":')
    },
    'warning',
    'progress',
    /is damaged/,
    /journalctl/,
  ],
  [
    'events that nobody delivered for three hours',
    async (t, at) => {
      await stopped(t, at)
      const threeHoursAgo = new Date(Date.now() - 3 * 3_600_000)
      const old = recentEvent(2).replace(/(stageTimestamp":")[^"]*/, `$1${threeHoursAgo.toISOString()}`)
      await appendFile(at.log, old)
      const folder = join(at.stateDir, 'checkpoints')
      const [name = ''] = await readdir(folder)
      await utimes(join(folder, name), threeHoursAgo, threeHoursAgo)
    },
    'error',
    'progress',
    /is \d+ bytes in 1 file\(s\) of .*audit.log behind, the first event of them 3 h ago; checkpoint saved 3 h ago/,
    /journalctl/,
  ],
  [
    'dead letters',
    async (t, at) => {
      await appendFile(at.log, 'garbage\n')
      await stopped(t, at)
    },
    'warning',
    'deadLetters',
    /dead-letters\/default.jsonl holds \d+ bytes of lines that are no events/,
    /^cut [^\n]*$/,
  ],
  [
    'dead letters that can be sent again',
    async (t, at) => {
      at.backend.answerWith(() => ({ status: 400 }))
      await stopped(t, at)
    },
    'warning',
    'deadLetters',
    /dead-letters\/default.jsonl holds \S+ (bytes|KB) of events that were refused/,
    /\nsystemctl stop auditship && auditship replay --config \/\S+\/auditship.yaml; systemctl start auditship$/,
  ],
  [
    'a backend that is not there',
    (_t, at) => setEndpoint(at, 'http://127.0.0.1:1'),
    'error',
    'backend',
    /otlp: cannot reach http:\/\/127.0.0.1:1\/v1\/logs: .*ECONNREFUSED/,
    /validate/,
  ],
  [
    'a backend that refuses the credentials',
    async (_t, at) => at.backend.answerWith(() => ({ status: 401 })),
    'error',
    'backend',
    /answered 401 \(check headers, bearerTokenFile/,
    /credentials of exporters.otlp/,
  ],
  [
    'a backend that is no OTLP receiver',
    async (_t, at) =>
      at.backend.answerWith(() => ({
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<p>Log in',
      })),
    'error',
    'backend',
    /answered 200 with text\/html/,
    /address/,
  ],
  [
    'a clock that is wrong',
    async (_t, at) =>
      at.backend.answerWith(() => ({ status: 200, headers: { date: 'Sat, 04 May 2019 10:00:00 GMT' } })),
    'warning',
    'clock',
    /this machine is \d+ s ahead of otlp/,
    /timedatectl/,
  ],
  [
    'no log where the configuration looks',
    (_t, at) => rm(at.log),
    'error',
    'log',
    /there is no log .*logs\/audit.log/,
    /ls -la/,
  ],
]

async function setEndpoint(at: Site, endpoint: string): Promise<void> {
  await writeFile(
    at.config,
    `receivers: { auditLog: { pathPrefix: ${at.machine.at('/logs')}, filename: audit.log } }
exporters: { otlp: { endpoint: "${endpoint}" } }
service: { stateDir: ${at.stateDir} }
`,
  )
}

suite('what keeps events from the backend', () => {
  for (const [title, breaks, severity, check, says, repair] of FAULTS)
    test(`${severity}: ${title}`, async t => {
      const at = await site(t)
      await breaks(t, at)
      const { code, findings } = await examine(t, at)
      const found = findings.find(finding => finding.check === check && says.test(finding.message))
      assert.ok(found, JSON.stringify(findings, null, 2))
      assert.equal(found.severity, severity)
      assert.match(found.repair ?? '', repair)
      assert.equal(code, findings.some(finding => finding.severity === 'error') ? 1 : 5)
    })

  test('a backend that does not answer is waited for as long as it may take', async t => {
    const { backend } = await site(t)
    backend.answerWith(() => 'hang')
    const options = otlpExporter.options.parse({ endpoint: backend.endpoint })
    const exporter = otlpExporter.create(options, contextFor('otlp'))
    const findings = await checkBackends(
      new Map([['otlp', exporter]]),
      'x.yaml',
      new AbortController().signal,
      100,
    )
    assert.deepEqual(
      findings.map(({ check, severity, message }) => [check, severity, message]),
      [['backend', 'error', 'otlp: not within 100 ms']],
    )
  })

  test('a damaged checkpoint is left as it is: the agent sets it aside', async t => {
    const at = await site(t)
    await stopped(t, at)
    const path = join(at.stateDir, 'checkpoints', 'default@auditLog.json')
    await writeFile(path, '{')
    await examine(t, at)
    assert.equal((await stat(path)).size, 1)
  })
})

test('warnings alone give the exit code 5', async t => {
  const at = await site(t)
  await whileRunning(t, at, async () => {
    at.backend.answerWith(() => ({ status: 200, headers: { date: 'Sat, 04 May 2019 10:00:00 GMT' } }))
    await waitUntil(
      async () => (await examine(t, at)).code === 5,
      'the checkpoint is there, the clock is wrong',
    )
  })
})

test('a log that two pipelines read is looked at once, and each has its own checkpoint', async t => {
  const at = await site(t)
  const text = await readFile(at.config, 'utf8')
  const both = ['one', 'two'].map(name => `${name}: { receivers: [auditLog], exporters: [otlp] }`).join(', ')
  await writeFile(at.config, text.replace('service: {', `service: { pipelines: { ${both} },`))
  const { findings } = await examine(t, at)
  const of = (check: string) => findings.filter(finding => finding.check === check)
  assert.deepEqual([of('log').length, of('backend').length], [2, 1])
  assert.deepEqual(
    of('progress').map(({ message }) => message.split(' ')[0]),
    ['one/auditLog', 'two/auditLog'],
  )
})

test('as text each finding is a line, its repair below it, and a sum at the end', async t => {
  const { stdout, code } = await runCli(t, ['doctor', '--root', (await bareMachine(t)).root])
  assert.match(stdout, /^\? {7}configuration: no configuration.*\n {10}\$ auditship doctor --config/)
  assert.match(stdout, /^ERROR {3}log: there is no log/m)
  assert.match(stdout, /\n\n1 errors, 0 warnings, 0 ok\n$/)
  assert.equal(code, 1)
})

test('of a log that is gone it does not say that all of it was delivered', async t => {
  const at = await site(t)
  await stopped(t, at)
  await rm(at.log)
  const { findings } = await examine(t, at)
  const progress = findings.find(({ check }) => check === 'progress')
  assert.equal(progress?.severity, 'unknown')
  assert.match(progress?.message ?? '', /audit.log is gone or cannot be read/)
})

test('a log elsewhere than the receiver looks is an error, with the configuration that was given', async t => {
  const at = await site(t)
  const flags = '[audit-policy-file=/p.yaml, audit-log-path=/var/log/audit/k3s.log]'
  await at.machine.write('/etc/rancher/k3s/config.yaml', `kube-apiserver-arg: ${flags}\n`)
  const { findings } = await examine(t, at, ['--root', at.machine.root])
  const found = findings.find(({ check }) => check === 'log')
  assert.match(found?.message ?? '', /written to \/var\/log\/audit\/k3s.log, auditLog looks for/)
  assert.match(
    found?.repair ?? '',
    /--config \S+auditship.yaml --set receivers.auditLog.pathPrefix=\/var\/log\/audit --set receivers.auditLog.filename=k3s.log/,
  )
})

test('without a configuration --file is the log to look at, and --set is refused', async t => {
  const { machine, log } = await site(t)
  const { stdout } = await runCli(t, ['doctor', '--file', log, '--provider', 'kubeadm'])
  assert.match(stdout, new RegExp(`^ok {6}log: ${log} can be read`, 'm'))
  const { stderr, code } = await runCli(t, ['doctor', '--root', machine.root, '--set', 'service.stateDir=/x'])
  assert.match(stderr, /--set changes a configuration: expected --config/)
  assert.equal(code, 2)
})

test('its help names the configuration that it takes without --config', async t => {
  const { stdout } = await runCli(t, ['doctor', '--help'])
  assert.match(
    stdout.replaceAll(/\s+/g, ' '),
    /default: AUDITSHIP_CONFIG, else \/etc\/auditship\/auditship.yaml/,
  )
})

test('a provider that is none is a wrong command line', async t => {
  const { stderr, code } = await runCli(t, ['doctor', '--provider', 'k4s'])
  assert.match(stderr, /--provider: expected k3s, rke2, rke, kubeadm, found k4s/)
  assert.equal(code, 2)
})

const IS_ROOT = process.getuid?.() === 0

test('what another user may not read it cannot judge, and says so', {
  skip: IS_ROOT ? false : 'takes root, which gives rights away',
}, async t => {
  const at = await site(t)
  await stopped(t, at)
  await at.machine.write('/etc/rancher/k3s/config.yaml', 'token: secret\n')
  await chmod(at.machine.root, 0o755)
  await chmod(at.machine.at('/etc/rancher/k3s'), 0o700)
  await chmod(at.stateDir, 0o700)
  const args = ['doctor', '--json', '--config', at.config, '--root', at.machine.root]
  // The stateDir of the configuration is a path on the machine.
  const run = spawnSync(process.execPath, [CLI, ...args, '--set', 'service.stateDir=/state'], {
    uid: 65534,
    gid: 65534,
    encoding: 'utf8',
  })
  const { findings } = JSON.parse(run.stdout || assert.fail(run.stderr))
  const unknown = findings.filter(({ severity }: { severity: string }) => severity === 'unknown')
  assert.deepEqual(
    unknown.map(({ check, repair }: { check: string; repair: string }) => [check, repair]),
    [
      ['auditing', 'sudo auditship doctor'],
      ['agent', 'sudo auditship doctor'],
    ],
  )
})

test('a policy that the reader may not read is not judged', {
  skip: IS_ROOT ? false : 'takes root, which gives rights away',
}, async t => {
  const { machine } = await site(t)
  const policy = '/var/lib/rancher/k3s/server/audit-policy.yaml'
  const flags = `[audit-policy-file=${policy}, audit-log-path=/logs/audit.log]`
  await machine.write('/etc/rancher/k3s/config.yaml', `kube-apiserver-arg: ${flags}\n`)
  await machine.write(policy, '')
  await chmod(machine.root, 0o755)
  await chmod(machine.at(policy), 0o600)
  const args = ['doctor', '--json', '--root', machine.root]
  const run = spawnSync(process.execPath, [CLI, ...args], { uid: 65534, gid: 65534, encoding: 'utf8' })
  const { findings } = JSON.parse(run.stdout || assert.fail(run.stderr))
  const found = findings.find(({ check }: { check: string }) => check === 'policy')
  assert.deepEqual([found?.severity, found?.repair], ['unknown', 'sudo auditship doctor'])
})
