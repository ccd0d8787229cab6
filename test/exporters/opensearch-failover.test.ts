import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { openSearchExporter } from '../../src/exporters/opensearch/index.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import type { Exporter } from '../../src/pipeline/contracts.ts'
import { freePort } from '../servers/free-port.ts'
import { waitUntil } from '../wait-until.ts'
import { startBulkBackend } from './bulk-backend.ts'
import { contextFor } from './context.ts'
import { deliveryWith, linesOf, someEvents } from './opensearch-delivery.ts'
import { answering, type Frontend, hanging, startFrontend } from './opensearch-frontend.ts'

const NEVER = new AbortController().signal
const UNAVAILABLE = answering(503, 'text/plain', 'OpenSearch Security not initialized.')

async function twoNodes(t: TestContext) {
  const backend = await startBulkBackend(t)
  return [await startFrontend(t, backend), await startFrontend(t, backend)] as const
}

function exporterTo(t: TestContext, nodes: readonly Frontend[], timeout = '10s'): Exporter {
  const endpoints = nodes.map(({ endpoint }) => endpoint)
  const options = openSearchExporter.options.parse({ endpoints, timeout, setup: { enabled: false } })
  const exporter = openSearchExporter.create(options, contextFor('opensearch'))
  t.after(() => exporter.stop?.())
  return exporter
}

const exportOne = (exporter: Exporter) => exporter.export(batchOf(someEvents(1)), NEVER)

suite('several endpoints', () => {
  test('events arrive by the one that works, and the others are left alone', async t => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    const backend = await startBulkBackend(t)
    const hung = await startFrontend(t, backend)
    const unavailable = await startFrontend(t, backend)
    const good = await startFrontend(t, backend)
    hung.breakWith(hanging)
    unavailable.breakWith(UNAVAILABLE)
    const refused = `http://127.0.0.1:${await freePort()}`
    const endpoints = [refused, hung.endpoint, unavailable.endpoint, good.endpoint]
    const delivery = await deliveryWith(t, { endpoints, timeout: '500ms' })

    for (let i = 0; i < 30; i++) await delivery.consume(someEvents(10, i * 10))
    assert.deepEqual((await backend.received()).toSorted(), linesOf(someEvents(300)).toSorted())
    assert.equal(delivery.counters.delivered, 300)
    assert.deepEqual([hung.requests(), unavailable.requests(), delivery.counters.retries], [1, 1, 3])
    assert.equal(delivery.failure(), undefined)
    const warned = delivery.said.filter(line => line.startsWith('warn')).join('\n')
    assert.match(warned, new RegExp(`cannot reach ${refused}: connect ECONNREFUSED`))
    assert.match(warned, new RegExp(`no answer from ${hung.endpoint} within 500 ms`))
    assert.match(
      warned,
      new RegExp(`${unavailable.endpoint} answered a bulk with 503: OpenSearch Security not`),
    )
    assert.ok(!delivery.said.some(line => line.startsWith('error')))
  })

  test('one that is written twice is one', async t => {
    const backend = await startBulkBackend(t)
    const endpoints = [backend.endpoint, `${backend.endpoint}/`]
    const delivery = await deliveryWith(t, { endpoints })
    await delivery.consume(someEvents(3))
    assert.equal((await backend.received()).length, 3)
  })

  test('one that comes back is used again', async t => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    const [first, second] = await twoNodes(t)
    const exporter = exporterTo(t, [first, second])
    first.breakWith(UNAVAILABLE)
    await assert.rejects(exportOne(exporter), /answered a bulk with 503/)
    first.repair()
    for (let i = 0; i < 4; i++) await exportOne(exporter)
    assert.deepEqual([first.requests(), second.requests()], [1, 4])
    t.mock.timers.tick(10_000)
    for (let i = 0; i < 4; i++) await exportOne(exporter)
    assert.deepEqual(first.requests() + second.requests(), 9)
    assert.ok(first.requests() >= 3, `${first.requests()} of 9 requests came to the node that is back`)
  })

  test('one that fails again is left alone for longer, up to 40 s', async t => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    const [first, second] = await twoNodes(t)
    const exporter = exporterTo(t, [first, second])
    first.breakWith(UNAVAILABLE)
    await assert.rejects(exportOne(exporter), /503/)
    for (const ms of [10_000, 20_000, 40_000, 40_000]) {
      t.mock.timers.tick(ms - 1)
      await exportOne(exporter)
      t.mock.timers.tick(1)
      await assert.rejects(exportOne(exporter), /503/)
    }
    assert.deepEqual([first.requests(), second.requests()], [5, 4])
  })

  test('one that hangs holds up one request at a time', async t => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
    const [first, second] = await twoNodes(t)
    const exporter = exporterTo(t, [first, second], '1s')
    first.breakWith(hanging)
    await assert.rejects(exportOne(exporter), /no answer from .* within 1000 ms/)
    t.mock.timers.tick(10_000)
    const probe = assert.rejects(exportOne(exporter), /no answer from/)
    await waitUntil(() => first.requests() === 2, 'the node is asked whether it is back')
    await Promise.all(Array.from({ length: 10 }, () => exportOne(exporter)))
    assert.deepEqual([first.requests(), second.requests()], [2, 10])
    await probe
  })
})

test('a single endpoint that comes back is used at once', async t => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const node = await startFrontend(t, await startBulkBackend(t))
  const exporter = exporterTo(t, [node])
  await node.stop()
  for (let i = 0; i < 3; i++) await assert.rejects(exportOne(exporter), /cannot reach/)
  await node.start()
  assert.deepEqual((await exportOne(exporter)).deferred, [])
})
