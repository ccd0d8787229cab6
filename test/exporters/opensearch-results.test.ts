import assert from 'node:assert/strict'
import { before, suite, type TestContext, test } from 'node:test'
import { parseEvent } from '../../src/audit/scan.ts'
import { openSearchExporter } from '../../src/exporters/opensearch/index.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import { PermanentError, type RetryableError } from '../../src/pipeline/errors.ts'
import { type OpenSearch, openSearchUnavailable, startOpenSearch } from '../servers/opensearch.ts'
import { type BulkBackend, type BulkOperation, type ItemFault, startBulkBackend } from './bulk-backend.ts'
import { contextFor } from './context.ts'
import { documentsOf, exporterTo, NEVER } from './opensearch-cluster.ts'

const eventOf = (n: number, padding = 0) =>
  parseEvent(
    `{"level":"Metadata","auditID":"${n}","stage":"ResponseComplete","requestURI":"/${'x'.repeat(padding)}","stageTimestamp":"2026-01-02T03:04:05.123456Z"}`,
  )
const events = (count: number, padding = 0) => Array.from({ length: count }, (_, n) => eventOf(n, padding))
const EXEC = parseEvent(
  '{"level":"Metadata","auditID":"e","stage":"ResponseStarted","verb":"get","requestURI":"/api/v1/namespaces/d/pods/p/exec?command=id","objectRef":{"resource":"pods","subresource":"exec","namespace":"d","name":"p"},"responseStatus":{"code":101}}',
)

async function open(t: TestContext, options: object = {}) {
  const backend = await startBulkBackend(t)
  const parsed = openSearchExporter.options.parse({
    endpoints: [backend.endpoint],
    setup: { enabled: false },
    ...options,
  })
  const exporter = openSearchExporter.create(parsed, contextFor('opensearch'))
  t.after(() => exporter.stop?.())
  return { backend, exporter }
}

const isEvent = (n: number) => (item: BulkOperation) => item.document.includes(`.audit_id":"${n}"`)

/** What one of three items is answered with, and what becomes of its event. */
const ITEMS: readonly (readonly [
  fault: ItemFault,
  outcome: 'deferred' | 'rejected' | 'delivered',
  operator?: boolean,
])[] = [
  [{ status: 409, error: { type: 'version_conflict_engine_exception' } }, 'delivered'],
  [
    { status: 429, error: { type: 'rejected_execution_exception', reason: 'queue is full' } },
    'deferred',
    false,
  ],
  [
    { status: 429, error: { type: 'cluster_block_exception', reason: 'flood-stage watermark' } },
    'deferred',
    true,
  ],
  [
    { status: 503, error: { type: 'unavailable_shards_exception', reason: 'primary shard' } },
    'deferred',
    false,
  ],
  [{ status: 500, error: { type: 'exception', reason: 'unknown' } }, 'deferred', false],
  [{ status: 403, error: { type: 'security_exception', reason: 'no permissions' } }, 'deferred', true],
  [
    { status: 403, error: { type: 'cluster_block_exception', reason: 'index write (api)' } },
    'deferred',
    true,
  ],
  [{ status: 404, error: { type: 'index_not_found_exception', reason: 'no such index' } }, 'deferred', true],
  [{ status: 400, error: { type: 'index_closed_exception', reason: 'closed' } }, 'deferred', true],
  [
    {
      status: 400,
      error: { type: 'illegal_argument_exception', reason: 'pipeline with id [x] does not exist' },
    },
    'deferred',
    true,
  ],
  [{ status: 400, error: { type: 'mapper_parsing_exception', reason: 'failed to parse' } }, 'rejected'],
  [{ status: 400, error: { type: 'illegal_argument_exception', reason: 'immense term' } }, 'rejected'],
]

suite('the answer for an item decides about its event alone', () => {
  for (const [fault, outcome, operator] of ITEMS) {
    const { type, reason } = fault.error as { type: string; reason?: string }
    test(`${fault.status} ${type}${reason === undefined ? '' : ` (${reason})`}: ${outcome}`, async t => {
      const { backend, exporter } = await open(t)
      backend.answerItemsWith(item => (isEvent(1)(item) ? fault : undefined))
      const { deferred, rejected, why } = await exporter.export(batchOf(events(3)), NEVER)
      assert.deepEqual(
        deferred.map(event => event.auditID),
        outcome === 'deferred' ? ['1'] : [],
      )
      assert.deepEqual(
        rejected.map(({ event }) => event.auditID),
        outcome === 'rejected' ? ['1'] : [],
      )
      if (outcome === 'rejected') assert.match(rejected[0]?.reason ?? '', new RegExp(`^400: ${type}: `))
      assert.equal(why?.needsOperator, operator)
      if (reason !== undefined && outcome === 'deferred') assert.match(why?.message ?? '', new RegExp(type))
    })
  }

  test('an event whose change event is put off is sent again; that it is there already is no failure', async t => {
    const { backend, exporter } = await open(t)
    backend.answerItemsWith(({ name }) => (name === 'update' ? { status: 409 } : undefined))
    const first = await exporter.export(batchOf([EXEC, eventOf(1)]), NEVER)
    assert.deepEqual(first.deferred, [EXEC])
    backend.answerItemsWith(undefined)
    const second = await exporter.export(batchOf(first.deferred), NEVER)
    assert.deepEqual([second.deferred, second.rejected], [[], []])
    assert.deepEqual(
      backend.lastBulk().map(({ name }) => name),
      ['create', 'update'],
    )
  })

  test('an answer for fewer items than were sent is no acknowledgement', async t => {
    const { backend, exporter } = await open(t)
    backend.answerWith(() => ({ status: 200, body: '{"items":[{"create":{"status":201}}]}' }))
    await assert.rejects(exporter.export(batchOf(events(3)), NEVER), {
      name: 'RetryableError',
      message: 'expected an answer for 3 items of a bulk, found an answer for 1',
    })
  })

  test('events refused as JSON that are too many for one bulk as text are sent in several', async t => {
    const { backend, exporter } = await open(t, { maxRequestSize: '8KB' })
    backend.answerItemsWith(({ document }) =>
      document.includes(',"event":')
        ? { status: 400, error: { type: 'mapper_parsing_exception' } }
        : undefined,
    )
    const twenty = Array.from({ length: 20 }, (_, n) => eventOf(n))
    const outcome = await exporter.export(batchOf(twenty.slice(0, 10)), NEVER)
    assert.deepEqual(outcome.rejected, [])
    assert.equal((await backend.received()).length, 10)
  })
})

suite('a bulk that is too large for the server', () => {
  test('is refused once; from then on bulks stay below it', async t => {
    const { backend, exporter } = await open(t, { compression: 'none' })
    const limit = 20_000
    backend.answerWith(items => (bytesOf(items) > limit ? { status: 413 } : undefined))
    for (let round = 0; round < 3; round++) await halving(exporter.export.bind(exporter), events(100, 100))
    const refused = backend.attempts()
    await halving(exporter.export.bind(exporter), events(100, 200))
    assert.ok(refused > 0)
    const sizes: number[] = []
    backend.answerWith(items => void sizes.push(bytesOf(items)) as undefined)
    await halving(exporter.export.bind(exporter), events(100, 100))
    assert.ok(Math.max(...sizes) <= limit, `bulks of ${sizes} bytes`)
  })
})

const bytesOf = (items: BulkBackend['lastBulk'] extends () => infer T ? T : never) =>
  items.reduce((sum, { document }) => sum + document.length + 50, 0)

type Export = ReturnType<typeof exporterTo>['exporter']['export']

/** Halves what is refused as a whole, as `deliver` does. */
async function halving(send: Export, list: ReturnType<typeof events>): Promise<void> {
  try {
    await send(batchOf(list), NEVER)
  } catch (error) {
    if (!(error instanceof PermanentError) || list.length === 1) throw error
    const middle = list.length >> 1
    await halving(send, list.slice(0, middle))
    await halving(send, list.slice(middle))
  }
}

suite('a real OpenSearch in trouble', { skip: openSearchUnavailable() ?? false }, () => {
  let node: OpenSearch
  before(async () => {
    node = await startOpenSearch('file', { settings: { 'http.max_content_length': '1mb' } })
  })

  test('events wait while the disk is full to the flood stage, and arrive when the block is lifted', async t => {
    const { exporter } = exporterTo(node, { dataStream: 'flood', changeEvents: false })
    t.after(() => exporter.stop?.())
    await exporter.export(batchOf([eventOf(0)]), NEVER)
    const block = (isOn: boolean) =>
      node.request('PUT', '/flood/_settings', { 'index.blocks.read_only_allow_delete': isOn || null })
    await block(true)
    const { deferred, why } = await exporter.export(batchOf(events(5)), NEVER)
    assert.equal(deferred.length, 5)
    assert.equal(why?.needsOperator, true)
    assert.match(why.message, /429: cluster_block_exception: .*flood-stage watermark/)
    await block(false)
    assert.deepEqual((await exporter.export(batchOf(events(5)), NEVER)).deferred, [])
    assert.equal((await documentsOf(node, 'flood')).size, 5)
  })

  test('a cluster that takes no writes: an operator is asked for, nothing is rejected', async t => {
    const { exporter } = exporterTo(node, { dataStream: 'blocked', changeEvents: false })
    t.after(() => exporter.stop?.())
    await exporter.export(batchOf([eventOf(0)]), NEVER)
    const block = (isOn: boolean) =>
      node.request('PUT', '/_cluster/settings', {
        persistent: { 'cluster.blocks.read_only_allow_delete': isOn || null },
      })
    await block(true)
    t.after(() => block(false))
    await assert.rejects(
      exporter.export(batchOf(events(2)), NEVER),
      (error: RetryableError) => error.needsOperator && /answered a bulk with 403/.test(error.message),
    )
    await block(false)
    assert.deepEqual((await exporter.export(batchOf(events(2)), NEVER)).deferred, [])
  })

  test('a bulk over http.max_content_length is halved until it passes, though gzip made it small', async t => {
    const { exporter } = exporterTo(node, { dataStream: 'large', changeEvents: false })
    t.after(() => exporter.stop?.())
    const large = events(400, 10_000)
    await halving(exporter.export.bind(exporter), large)
    assert.equal((await documentsOf(node, 'large')).size, 400)
  })
})
