import assert from 'node:assert/strict'
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { runCli, startCli } from '../cli.ts'
import { startOtlpBackend } from '../exporters/otlp-backend.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'

const EVENT =
  '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"1","stage":"ResponseComplete"}'

async function configFile(t: TestContext, text: string): Promise<string> {
  const path = join(await tempDir(t), 'auditship.yaml')
  await writeFile(path, text)
  return path
}

const VALID = `
receivers:
  auditLog: { provider: k3s }
exporters:
  otlp: { endpoint: http://user:pass@localhost:4318, headers: { x-key: very-secret } }
`

suite('exit codes', () => {
  const rows: [title: string, args: string[], config: string | undefined, code: number, says: RegExp][] = [
    ['--version', ['--version'], undefined, 0, /^\d+\.\d+\.\d+\n$/],
    ['--help lists the exit codes', ['--help'], undefined, 0, /Exit codes:\n {2}0 {2}done/],
    ['no command', [], undefined, 2, /Usage: auditship/],
    ['an unknown command', ['rum'], undefined, 2, /unknown command 'rum'.*Did you mean run/s],
    ['an unknown option', ['run', '--onse'], undefined, 2, /unknown option '--onse'.*Did you mean --once/s],
    ['a valid configuration', ['validate'], VALID, 0, /^valid: 1 pipeline\(s\), \d+ attributes\n$/],
    [
      'no configuration',
      ['validate'],
      undefined,
      3,
      /no configuration: expected --config FILE or AUDITSHIP_CONFIG/,
    ],
    [
      'a configuration that is missing',
      ['run', '--config', '/no/such.yaml'],
      undefined,
      3,
      /\/no\/such.yaml: cannot read the configuration: no such file/,
    ],
    ['bad YAML', ['run'], 'receivers: {', 3, /auditship.yaml:1:/],
    [
      'an unknown key, with the nearest',
      ['run'],
      VALID.replace('endpoint', 'endpiont'),
      3,
      /5:\d+: exporters.otlp.endpiont: unknown key; did you mean "endpoint"/,
    ],
    [
      '--components --format xml',
      ['components', '--format', 'xml'],
      undefined,
      2,
      /expected text or json, found xml/,
    ],
    [
      '--set that is wrong',
      ['validate', '--set', 'exporters.otlp.compression=lz4'],
      VALID,
      3,
      /--set exporters.otlp.compression=…: .*expected one of "gzip", "zstd", "none"/,
    ],
  ]
  for (const [title, args, config, code, says] of rows) {
    test(`${code}: ${title}`, async t => {
      const configArgs = config === undefined ? [] : ['--config', await configFile(t, config)]
      const result = await runCli(t, [...args, ...configArgs])
      assert.match(result.stdout + result.stderr, says)
      assert.equal(result.code, code)
    })
  }
})

test('all problems of a configuration are said at once', async t => {
  const text =
    'receivers: { auditLog: { provider: k4s, startAt: middle } }\nexporters: { otlp: { timeout: 10 } }\n'
  const { stderr } = await runCli(t, ['validate', '--config', await configFile(t, text)])
  assert.equal(stderr.trim().split('\n').length, 3, stderr)
})

test('print-config fills in defaults and hides secrets', async t => {
  const { stdout } = await runCli(t, ['print-config', '--config', await configFile(t, VALID)])
  assert.match(stdout, /compression: gzip/)
  assert.match(stdout, /stateDir: \/var\/lib\/auditship/)
  assert.doesNotMatch(stdout, /very-secret|pass@/)
})

test('components lists every option, as text and as JSON', async t => {
  const { stdout: text } = await runCli(t, ['components'])
  for (const word of ['auditLog', 'otlp', 'file', 'debug', 'pathPrefix', 'bearerTokenFile'])
    assert.match(text, new RegExp(word))
  const { stdout: json } = await runCli(t, ['components', '--format', 'json'])
  assert.deepEqual(
    JSON.parse(json).receivers.map((receiver: { type: string }) => receiver.type),
    ['auditLog'],
  )
})

suite('signals', () => {
  async function hanging(t: TestContext, args: readonly string[]) {
    const backend = await startOtlpBackend(t)
    backend.answerWith(() => 'hang')
    const dir = await tempDir(t)
    await writeFile(join(dir, 'audit.log'), `${EVENT}\n`)
    const config = await configFile(
      t,
      `
receivers: { auditLog: { pathPrefix: ${dir}, filename: audit.log } }
exporters: { otlp: { endpoint: "${backend.endpoint}" } }
service: { stateDir: ${join(dir, 'state')}, shutdownTimeout: 2s }
`,
    )
    const run = startCli(t, ['run', '--config', config, ...args])
    await waitUntil(() => backend.attempts() > 0, 'a request is in flight')
    return run
  }

  test('SIGTERM waits for what is in flight up to shutdownTimeout, says what was left and exits with 0', async t => {
    const run = await hanging(t, [])
    run.child.kill('SIGTERM')
    assert.equal(await run.ended, 0)
    assert.match(run.stderr(), /1 events were not delivered yet; the next start reads them again/)
  })

  test('run --once that is stopped before it is done exits with 1', async t => {
    const run = await hanging(t, ['--once'])
    run.child.kill('SIGTERM')
    assert.equal(await run.ended, 1)
  })

  test('the same signal twice at once, as npm passes on Ctrl-C, counts once', async t => {
    const run = await hanging(t, [])
    run.child.kill('SIGINT')
    run.child.kill('SIGINT')
    assert.equal(await run.ended, 0)
  })

  test('a second signal later exits at once', async t => {
    const run = await hanging(t, ['--set', 'service.shutdownTimeout=1m'])
    run.child.kill('SIGTERM')
    const later = Date.now() + 700
    await waitUntil(() => Date.now() > later, 'the first signal is some time ago')
    run.child.kill('SIGTERM')
    assert.equal(await run.ended, 143)
  })
})

test('a stateDir that cannot be made is named, with the reason', async t => {
  const config = await configFile(t, `${VALID}service: { stateDir: /dev/null/state }\n`)
  const { code, stderr } = await runCli(t, ['run', '--once', '--config', config])
  assert.equal(code, 1)
  assert.match(stderr, /cannot create service.stateDir \/dev\/null\/state, expected a folder .*: ENOTDIR/)
})

suite('run --once', () => {
  test('a line that is being written is left for the next run, not torn', async t => {
    const dir = await tempDir(t)
    const log = join(dir, 'audit.log')
    const out = join(dir, 'out.jsonl')
    await writeFile(log, `${EVENT}\n${EVENT.slice(0, 50)}`)
    const config = await configFile(
      t,
      `
receivers: { auditLog: { pathPrefix: ${dir}, filename: audit.log } }
exporters: { file: { path: ${out} } }
service: { stateDir: ${join(dir, 'state')} }
`,
    )
    const first = await runCli(t, ['run', '--once', '--config', config])
    assert.equal(first.code, 0, first.stderr)
    assert.match(first.stderr, /ends within a line, left unread from byte/)
    await appendFile(log, `${EVENT.slice(50)}\n`)
    const second = await runCli(t, ['run', '--once', '--config', config])
    assert.equal(second.code, 0, second.stderr)
    assert.equal((await readFile(out, 'utf8')).trim().split('\n').length, 2)
  })

  test('two file exporters on one path are refused', async t => {
    const config = await configFile(
      t,
      'receivers: { auditLog: {} }\nexporters:\n  file/a: { path: /x/out.jsonl }\n  file/b: { path: /x/./out.jsonl }\n',
    )
    const { code, stderr } = await runCli(t, ['validate', '--config', config])
    assert.equal(code, 3)
    assert.match(
      stderr,
      /4:3: exporters.file\/b: expected \/x\/out.jsonl for itself, found that file\/a has it too/,
    )
  })

  test('bad lines become dead letters with their position; replay keeps what is still bad', async t => {
    const backend = await startOtlpBackend(t)
    const dir = await tempDir(t)
    await mkdir(join(dir, 'logs'))
    await writeFile(
      join(dir, 'logs', 'audit.log'),
      `${EVENT}\ngarbage\n{"a":1}\n\n${EVENT.replace('"1"', '"2"')}\n`,
    )
    const config = await configFile(
      t,
      `
receivers: { auditLog: { pathPrefix: ${join(dir, 'logs')}, filename: audit.log } }
processors: { redact: false }
exporters: { otlp: { endpoint: "${backend.endpoint}" } }
service: { stateDir: ${join(dir, 'state')} }
`,
    )
    const once = await runCli(t, ['run', '--once', '--config', config])
    assert.equal(once.code, 0, once.stderr)
    assert.equal((await backend.received()).length, 2)
    const dead = (await readFile(join(dir, 'state/dead-letters/default.jsonl'), 'utf8')).trim().split('\n')
    assert.deepEqual(
      dead.map(line => JSON.parse(line)).map(({ reason, offset, event }) => [reason, offset, event]),
      [
        ['not JSON', EVENT.length + 1, 'garbage'],
        ['an object without level, auditID and stage', EVENT.length + 9, '{"a":1}'],
      ],
    )
    const replay = await runCli(t, ['replay', '--config', config])
    assert.equal(replay.code, 4)
    assert.match(replay.stdout, /default: 0 delivered, 2 kept in .*default.jsonl/)
    const again = await runCli(t, ['run', '--once', '--config', config])
    assert.equal(again.code, 0)
    assert.equal((await backend.received()).length, 2, 'the checkpoint holds')
  })

  test('what an exporter refused is delivered by replay once the cause is gone', async t => {
    const backend = await startOtlpBackend(t)
    const dir = await tempDir(t)
    await writeFile(join(dir, 'audit.log'), `${EVENT}\n`)
    backend.answerWith(() => ({ status: 400, body: 'no such tenant' }))
    const config = await configFile(
      t,
      `
receivers: { auditLog: { pathPrefix: ${dir}, filename: audit.log } }
exporters: { otlp: { endpoint: "${backend.endpoint}" } }
service: { stateDir: ${join(dir, 'state')} }
`,
    )
    const once = await runCli(t, ['run', '--once', '--config', config])
    assert.equal(once.code, 0, once.stderr)
    assert.match(once.stderr, /undeliverable event.*with the whole reason.*auditship replay.*answered 400/)
    backend.answerWith(undefined)
    const replay = await runCli(t, ['replay', '--config', config])
    assert.deepEqual([replay.code, await backend.received()], [0, [EVENT]])
  })

  test('several pipelines, each with its own checkpoint, and several exporters', async t => {
    const [first, second] = [await startOtlpBackend(t), await startOtlpBackend(t)]
    const dir = await tempDir(t)
    await writeFile(join(dir, 'audit.log'), `${EVENT}\n`)
    const config = await configFile(
      t,
      `
receivers: { auditLog: { pathPrefix: ${dir}, filename: audit.log } }
exporters:
  otlp/one: { endpoint: "${first.endpoint}" }
  otlp/two: { endpoint: "${second.endpoint}" }
  file: { path: ${join(dir, 'out.jsonl')} }
service:
  stateDir: ${join(dir, 'state')}
  pipelines:
    both: { receivers: [auditLog], exporters: [otlp/one, file] }
    second: { receivers: [auditLog], exporters: [otlp/two] }
`,
    )
    const { code, stderr } = await runCli(t, ['run', '--once', '--config', config])
    assert.equal(code, 0, stderr)
    assert.deepEqual([await first.received(), await second.received()], [[EVENT], [EVENT]])
    assert.deepEqual(JSON.parse(await readFile(join(dir, 'out.jsonl'), 'utf8')).event, JSON.parse(EVENT))
  })
})
