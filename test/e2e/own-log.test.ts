import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { runCli } from '../cli.ts'
import { startOtlpBackend } from '../exporters/otlp-backend.ts'
import { line } from '../receivers/audit-log/harness.ts'
import { collectorUnavailable, startCollector } from '../servers/otelcol.ts'
import { tempDir } from '../temp-dir.ts'

/** A configuration for a log of one event, which goes into `out.jsonl` unless it is told. */
async function site(
  t: TestContext,
  exporters: string | undefined,
  service = '',
): Promise<{ dir: string; config: string }> {
  const dir = await tempDir(t)
  await writeFile(join(dir, 'audit.log'), line(7))
  const config = join(dir, 'auditship.yaml')
  await writeFile(
    config,
    `receivers: { auditLog: { pathPrefix: ${dir} } }
exporters: ${exporters ?? `{ file: { path: ${join(dir, 'out.jsonl')} } }`}
service: { stateDir: ${join(dir, 'state')}${service} }
cluster: { name: prod }
`,
  )
  return { dir, config }
}

suite("the agent's own log", () => {
  test('goes to a Collector too when it is told to, under its own name', {
    skip: collectorUnavailable() ?? false,
  }, async t => {
    const collector = await startCollector()
    t.after(() => collector.stop())
    const otlp = `, log: { otlp: { endpoint: "${collector.endpoint}", headers: { x-tenant: audit } } }`
    const { config } = await site(t, undefined, otlp)
    const { code, stderr } = await runCli(t, ['run', '--once', '--config', config])
    assert.equal(code, 0, stderr)
    const records = await collector.records(2)
    const said = stderr
      .trim()
      .split('\n')
      .map(text => JSON.parse(text).message)
    assert.deepEqual(
      records.map(({ body }) => body),
      said,
    )
    const { resource, severityText } = records[0] ?? {}
    assert.equal(severityText, 'INFO')
    assert.equal(resource?.['service.name'], 'auditship')
    assert.equal(resource?.['k8s.cluster.name'], 'prod')
  })

  test('of a backend for it that is away it says so, and delivers', async t => {
    const otlp = ', log: { otlp: { endpoint: "http://127.0.0.1:1" } }'
    const { dir, config } = await site(t, undefined, otlp)
    const { code, stderr } = await runCli(t, ['run', '--once', '--config', config])
    assert.equal(code, 0, stderr)
    assert.match(stderr, /WARN.*cannot send the agent's own log by OTLP, it is here only: .*ECONNREFUSED/)
    assert.equal((await readFile(join(dir, 'out.jsonl'), 'utf8')).split('\n').length, 2)
  })

  test('shows no header of it when the configuration is printed', async t => {
    const otlp =
      ', log: { otlp: { endpoint: "http://localhost:4318", headers: { authorization: Bearer s3cret } } }'
    const { config } = await site(t, '{ debug: {} }', otlp)
    const { stdout } = await runCli(t, ['print-config', '--config', config])
    assert.match(stdout, /authorization: <hidden>/)
    assert.doesNotMatch(stdout, /s3cret/)
  })

  test('holds nothing of an event, not even what a backend quotes of one that it refuses', async t => {
    const backend = await startOtlpBackend(t)
    backend.answerWith(raws => ({ status: 400, body: `cannot take ${raws[0]}` }))
    const { dir, config } = await site(t, `{ otlp: { endpoint: "${backend.endpoint}" } }`)
    const { stderr } = await runCli(t, ['run', '--once', '--config', config])
    assert.match(
      stderr,
      /ERROR.*1 undeliverable event.*auditship replay`: http:\/\/127.0.0.1:\d+\/v1\/logs answered 400"/,
    )
    assert.doesNotMatch(stderr, /cannot take|auditID|system:admin/)
    const letters = await readFile(join(dir, 'state/dead-letters/default.jsonl'), 'utf8')
    assert.match(letters, /answered 400: cannot take \{/)
  })
})
