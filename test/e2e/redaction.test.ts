import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { runCli } from '../cli.ts'
import { type BulkBackend, startBulkBackend } from '../exporters/bulk-backend.ts'
import { type OtlpBackend, startOtlpBackend } from '../exporters/otlp-backend.ts'
import { plantedSecrets } from '../processors/redact/planted-secrets.ts'
import { readings } from '../processors/redact/readings.ts'
import { tempDir } from '../temp-dir.ts'

// The processor's own test has all of them; here is what becomes of them later.
const PLANTED = plantedSecrets().filter((_, index) => index % 5 === 0)

/** Runs an agent once over all planted secrets, whole and cut off, with every exporter that needs no server. */
async function run(
  t: TestContext,
  processors: object,
  backends: { otlp: OtlpBackend; opensearch: BulkBackend },
) {
  const dir = await tempDir(t)
  const whole = PLANTED.map(({ line }) => line)
  const torn = PLANTED.flatMap(({ line }) => [
    line.slice(0, line.length * 0.7),
    line.slice(line.length * 0.3),
  ])
  await writeFile(join(dir, 'audit.log'), [...whole, ...torn, ''].join('\n'))
  const config = join(dir, 'auditship.yaml')
  const configuration = {
    receivers: { auditLog: { pathPrefix: dir, filename: 'audit.log' } },
    processors,
    exporters: {
      file: { path: join(dir, 'out', 'events.jsonl') },
      'file/otlp': { path: join(dir, 'out', 'otlp.jsonl'), format: 'otlpJson' },
      debug: {},
      otlp: { endpoint: backends.otlp.endpoint },
      opensearch: { endpoints: [backends.opensearch.endpoint], setup: { enabled: false } },
    },
    service: { stateDir: join(dir, 'state'), log: { level: 'debug' } },
  }
  await writeFile(config, JSON.stringify(configuration)) // every JSON document is YAML
  const documents: string[] = []
  backends.opensearch.answerWith(operations => {
    for (const { document } of operations) documents.push(document)
    return undefined
  })
  const { code, stdout, stderr } = await runCli(t, ['run', '--once', '--config', config])
  assert.equal(code, 0, stderr.slice(-2000))
  const left = [stdout, stderr, ...(await backends.otlp.received()), ...documents]
  for (const folder of [join(dir, 'out'), join(dir, 'state')])
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) left.push(await readFile(join(entry.parentPath, entry.name), 'latin1'))
  return left
}

/** The titles of the secrets that are in one of the texts, read line by line. */
function found(texts: readonly string[]): string[] {
  const all = texts
    .flatMap(text => text.split('\n'))
    .flatMap(line => [...readings(line)])
    .join('\n')
  return PLANTED.filter(({ secrets }) => secrets.some(secret => all.includes(secret))).map(
    ({ title }) => title,
  )
}

suite('planted secrets through an agent', () => {
  test('none is in what leaves, in dead letters, in the log or in the state', async t => {
    const backends = { otlp: await startOtlpBackend(t), opensearch: await startBulkBackend(t) }
    // Some are refused, so that there are dead letters of events too.
    backends.otlp.faults.refuseSome(raw => raw.includes('"verb":"get"'))
    const left = await run(t, {}, backends)
    assert.deepEqual(found(left), [])
    assert.ok(left.some(text => text.includes('dead-letters')))
  })

  test('without redaction they are, and that is said', async t => {
    const backends = { otlp: await startOtlpBackend(t), opensearch: await startBulkBackend(t) }
    const left = await run(t, { redact: false }, backends)
    assert.equal(found(left).length, PLANTED.length)
    assert.match(left.join('\n'), /pipeline default does not redact/)
  })
})
