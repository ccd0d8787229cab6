import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { checkBackends } from '../../src/doctor/checks/backends.ts'
import { fileExporter } from '../../src/exporters/file/index.ts'
import { openSearchExporter } from '../../src/exporters/opensearch/index.ts'
import { otlpExporter } from '../../src/exporters/otlp/index.ts'
import { contextFor } from '../exporters/context.ts'
import { answering, hanging, startFrontend } from '../exporters/opensearch-frontend.ts'
import { exporterTo, NEVER, setUp } from '../exporters/postgres-delivery.ts'
import { freePort } from '../servers/free-port.ts'
import { collectorUnavailable, startCollector } from '../servers/otelcol.ts'
import { postgresUnavailable, startPostgres } from '../servers/postgres.ts'
import { tempDir } from '../temp-dir.ts'

/** Nothing is passed on to it. */
const NOWHERE = { endpoint: 'http://127.0.0.1:1' }

suite('an exporter asks its backend', () => {
  test('a Collector, which takes a request of no events', {
    skip: collectorUnavailable() ?? false,
  }, async t => {
    const collector = await startCollector()
    t.after(() => collector.stop())
    for (const encoding of ['protobuf', 'json'] as const)
      for (const compression of ['gzip', 'zstd', 'none'] as const) {
        const options = otlpExporter.options.parse({ endpoint: collector.endpoint, encoding, compression })
        const exporter = otlpExporter.create(options, contextFor('otlp'))
        const probe = await exporter.probe?.(NEVER)
        await exporter.stop?.()
        assert.equal(probe?.answered, `${collector.endpoint}/v1/logs takes OTLP`)
        assert.ok(Math.abs(Date.now() - (probe.time ?? 0)) < 5_000)
      }
    assert.equal((await collector.records()).length, 0)
  })

  test('PostgreSQL', { skip: postgresUnavailable() ?? false }, async t => {
    const server = await startPostgres(t)
    const database = await server.newDatabase(t)
    const setup = { enabled: false }
    const before = await exporterTo(t, database, { setup }).exporter.probe?.(NEVER)
    assert.match(before?.answered ?? '', /is PostgreSQL 1\d/)
    assert.equal(before?.problem, 'there is no table change_events, and setup.enabled is false')
    assert.equal((await exporterTo(t, database).exporter.probe?.(NEVER))?.problem, undefined)
    await setUp(exporterTo(t, database, { events: 'all' }))
    const after = await exporterTo(t, database, { events: 'all', setup }).exporter.probe?.(NEVER)
    assert.equal(after?.problem, undefined)
    assert.ok(Math.abs(Date.now() - (after?.time ?? 0)) < 5_000)
    await database.admin.query('CREATE ROLE guest LOGIN')
    const url = server.url(database.name, 'guest')
    const denied = await exporterTo(t, { url }).exporter.probe?.(NEVER)
    assert.equal(denied?.problem, 'guest may not insert into change_events')
    await server.stop()
    await assert.rejects(exporterTo(t, database).exporter.probe?.(NEVER) ?? Promise.resolve(), /cannot reach/)
  })

  test('an embedded PostgreSQL that is still to be made is not made by asking', async t => {
    const stateDir = await tempDir(t)
    const { exporter } = exporterTo(t, { stateDir })
    assert.match((await exporter.probe?.(NEVER))?.answered ?? '', /is made at the first start/)
  })

  const CLUSTER = answering(200, 'application/json', '{"version":{"number":"2.19.0"}}')

  test('OpenSearch with several endpoints, of which one is enough', async t => {
    const [hung, good, other] = await Promise.all([1, 2, 3].map(() => startFrontend(t, NOWHERE)))
    assert.ok(hung && good && other)
    hung.breakWith(hanging)
    good.breakWith(CLUSTER)
    other.breakWith(answering(200, 'application/json', '{}'))
    const refused = `http://127.0.0.1:${await freePort()}`
    const examined = (...endpoints: string[]) => {
      const exporter = openSearchExporter.create(
        openSearchExporter.options.parse({ endpoints }),
        contextFor('opensearch'),
      )
      return checkBackends(new Map([['opensearch', exporter]]), 'x.yaml', NEVER, 1_000)
    }
    const [fine] = await examined(refused, hung.endpoint, good.endpoint)
    assert.deepEqual(
      [fine?.severity, fine?.message.split(',')[0]],
      ['ok', `opensearch: ${good.endpoint} is elasticsearch 2.19.0`],
    )
    const [none] = await examined(refused, hung.endpoint)
    assert.equal(none?.severity, 'error')
    assert.match(
      none?.message ?? '',
      new RegExp(`cannot reach ${refused}.*; no answer from ${hung.endpoint}: not within`),
    )
    const [wrong] = await examined(other.endpoint)
    assert.match(wrong?.message ?? '', /does not say that it is OpenSearch: .*\(check endpoints\)/)
    assert.match(wrong?.repair ?? '', /^auditship validate --config x.yaml {3}# then the address/)
  })

  test('a file, which is not made', async t => {
    const dir = await tempDir(t)
    await writeFile(join(dir, 'file'), '')
    const probe = (path: string) =>
      fileExporter.create(fileExporter.options.parse({ path }), contextFor('file')).probe?.(NEVER)
    assert.equal((await probe(join(dir, 'a/b.jsonl')))?.answered, `${dir}/a/b.jsonl can be written`)
    await assert.rejects(probe('/proc/1/x.jsonl') ?? Promise.resolve(), /cannot write \/proc\/1\/x.jsonl/)
  })
})
