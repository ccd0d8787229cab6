import assert from 'node:assert/strict'
import { before, suite, type TestContext, test } from 'node:test'
import { parseEvent } from '../../src/audit/scan.ts'
import { openSearchExporter } from '../../src/exporters/opensearch/index.ts'
import { SizeLimit } from '../../src/exporters/opensearch/size-limit.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import { PermanentError, type RetryableError } from '../../src/pipeline/errors.ts'
import { type OpenSearch, openSearchUnavailable, startOpenSearch } from '../servers/opensearch.ts'
import { type BulkBackend, type BulkOperation, startBulkBackend } from './bulk-backend.ts'
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
  status: number,
  type: string,
  reason: string,
  outcome: 'deferred' | 'rejected' | 'delivered',
  operator?: 'asks for an operator' | 'waits',
])[] = [
  [409, 'version_conflict_engine_exception', 'document already exists', 'delivered'],
  [429, 'rejected_execution_exception', 'queue is full', 'deferred', 'waits'],
  [429, 'cluster_block_exception', 'flood-stage watermark', 'deferred', 'asks for an operator'],
  [503, 'unavailable_shards_exception', 'primary shard', 'deferred', 'waits'],
  [500, 'exception', 'unknown', 'deferred', 'waits'],
  [403, 'security_exception', 'no permissions', 'deferred', 'asks for an operator'],
  [403, 'cluster_block_exception', 'index write (api)', 'deferred', 'asks for an operator'],
  [404, 'index_not_found_exception', 'no such index', 'deferred', 'asks for an operator'],
  [400, 'index_closed_exception', 'closed', 'deferred', 'asks for an operator'],
  [400, 'strict_dynamic_mapping_exception', 'not allowed', 'deferred', 'asks for an operator'],
  [
    400,
    'illegal_argument_exception',
    'pipeline with id [x] does not exist',
    'deferred',
    'asks for an operator',
  ],
  [
    400,
    'illegal_argument_exception',
    'no write index is defined for alias',
    'deferred',
    'asks for an operator',
  ],
  [400, 'illegal_argument_exception', 'cannot execute [inline] scripts', 'deferred', 'asks for an operator'],
  [400, 'mapper_parsing_exception', 'failed to parse', 'rejected'],
  [400, 'mapper_parsing_exception', 'failed to parse: pipeline with id [x]', 'rejected'],
  [400, 'illegal_argument_exception', 'immense term', 'rejected'],
  [413, 'too_large', 'a document of 2 GB', 'rejected'],
  [422, 'unprocessable', 'cannot be indexed', 'rejected'],
]

suite('the answer for an item decides about its event alone', () => {
  for (const [status, type, reason, outcome, operator] of ITEMS) {
    const what = operator === undefined ? outcome : `${outcome}, ${operator}`
    test(`${status} ${type} (${reason}): ${what}`, async t => {
      const { backend, exporter } = await open(t)
      const fault = { status, error: { type, reason } }
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
      if (outcome === 'rejected') assert.match(rejected[0]?.reason ?? '', new RegExp(`^${status}: ${type}: `))
      if (outcome !== 'deferred') return
      assert.equal(why?.needsOperator, operator === 'asks for an operator')
      assert.match(why?.message ?? '', new RegExp(type))
    })
  }

  test('the reason of a refusal does not show what a field held', async t => {
    const { backend, exporter } = await open(t)
    const reason = "failed to parse field [n] of type [long]. Preview of field's value: 'secret'"
    const caused_by = { type: 'number_format_exception', reason: 'no number' }
    backend.answerItemsWith(() => ({
      status: 400,
      error: { type: 'mapper_parsing_exception', reason, caused_by },
    }))
    const { rejected } = await exporter.export(batchOf(events(1)), NEVER)
    assert.equal(
      rejected[0]?.reason,
      '400: mapper_parsing_exception: failed to parse field [n] of type [long]; number_format_exception: no number',
    )
  })

  test('a whole bulk refused for a setting of the cluster waits for an operator', async t => {
    const { backend, exporter } = await open(t)
    const error = { type: 'illegal_argument_exception', reason: 'explicit index in bulk is not allowed' }
    backend.answerWith(() => ({ status: 400, body: JSON.stringify({ error, status: 400 }) }))
    await assert.rejects(
      exporter.export(batchOf([EXEC]), NEVER),
      (thrown: RetryableError) => thrown.name === 'RetryableError' && thrown.needsOperator,
    )
  })

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

  test('an event refused as a document whose change event is put off is sent again as a whole', async t => {
    const { backend, exporter } = await open(t)
    backend.answerItemsWith(({ name }) => ({ status: name === 'update' ? 429 : 400, error: { type: 'x' } }))
    const { deferred, rejected } = await exporter.export(batchOf([EXEC]), NEVER)
    assert.deepEqual([deferred, rejected], [[EXEC], []])
    assert.equal(backend.attempts(), 1)
  })

  test('events refused as JSON are put off when the bulk that has them as text fails; the others are there', async t => {
    const { backend, exporter } = await open(t)
    backend.answerItemsWith(item => (isEvent(1)(item) ? { status: 400, error: { type: 'x' } } : undefined))
    backend.answerWith(items => (items[0]?.document.includes('event_text') ? { status: 503 } : undefined))
    const { deferred, rejected, why } = await exporter.export(batchOf(events(3)), NEVER)
    assert.deepEqual([deferred.map(event => event.auditID), rejected], [['1'], []])
    assert.match(why?.message ?? '', /with 503/)
    assert.equal((await backend.received()).length, 2)
  })

  for (const compression of ['none', 'gzip'])
    test(`a bulk that failed is kept for its repeat, whatever is sent in between (${compression})`, async t => {
      const { backend, exporter } = await open(t, { compression })
      const [first, second] = [
        batchOf(events(50)),
        batchOf(Array.from({ length: 50 }, (_, n) => eventOf(n + 50))),
      ]
      const identity = t.mock.method(first.events[0] ?? eventOf(0), 'identity')
      backend.answerWith(() => ({ status: 503 }))
      await assert.rejects(exporter.export(first, NEVER), /with 503/)
      backend.answerWith(undefined)
      await exporter.export(second, NEVER)
      await exporter.export(first, NEVER)
      assert.equal(identity.mock.callCount(), 1)
      assert.deepEqual(
        await backend.received(),
        [...second.events, ...first.events].map(event => event.raw.toString()),
      )
    })

  test('a time that is not in UTC keeps every digit', async t => {
    const { backend, exporter } = await open(t)
    const members = '"stageTimestamp":"2026-01-02T05:04:05.007000089+02:00"'
    const event = parseEvent(`{"level":"Metadata","auditID":"a","stage":"Panic",${members}}`)
    await exporter.export(batchOf([event]), NEVER)
    assert.match(backend.lastBulk()[0]?.document ?? '', /^\{"@timestamp":"2026-01-02T03:04:05.007000089Z"/)
  })

  test('an index in place of the data stream has the event wait, unless the answer is a stand-in’s', async t => {
    const { backend, exporter } = await open(t)
    for (const [took, deferred] of [
      ['', 1],
      ['"took":1,', 0],
    ] as const) {
      const body = `{${took}"items":[{"create":{"_index":"k8s-audit","status":201}}]}`
      backend.answerWith(() => ({ status: 200, body }))
      assert.equal((await exporter.export(batchOf(events(1)), NEVER)).deferred.length, deferred)
    }
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

  test('is refused a few times until its limit is known, and bulks come near it', async t => {
    const { backend, exporter } = await open(t, { compression: 'none' })
    const sizes = { refused: [] as number[], taken: [] as number[] }
    backend.answerWith(items => {
      const size = bytesOf(items)
      sizes[size > 60_000 ? 'refused' : 'taken'].push(size)
      return size > 60_000 ? { status: 413 } : undefined
    })
    for (let round = 0; round < 30; round++)
      await halving(exporter.export.bind(exporter), events(100 + 3 * (round % 7), 100))
    assert.ok(sizes.refused.length <= 6, `${sizes.refused.length} refusals`)
    const last = sizes.taken.slice(-60)
    const average = last.reduce((sum, size) => sum + size, 0) / last.length
    assert.ok(average > 20_000, `bulks of ${Math.round(average)} bytes`)
  })

  test('is tried again after ten minutes, as an operator may have raised the limit', async t => {
    t.mock.timers.enable({ apis: ['Date'] })
    const { backend, exporter } = await open(t, { compression: 'none' })
    backend.answerWith(items => (items.length > 10 ? { status: 413 } : undefined))
    await halving(exporter.export.bind(exporter), events(100))
    backend.answerWith(undefined)
    await assert.rejects(exporter.export(batchOf(events(100)), NEVER), /the bulk has \d+ bytes, the limit is/)
    t.mock.timers.setTime(700_000)
    await exporter.export(batchOf(events(100)), NEVER)
    assert.equal(backend.lastBulk().length, 100)
  })

  test('says nothing about others when it holds one event', async t => {
    const { backend, exporter } = await open(t, { compression: 'none' })
    backend.answerWith(() => ({ status: 413 }))
    await assert.rejects(exporter.export(batchOf([eventOf(1)]), NEVER), PermanentError)
    backend.answerWith(undefined)
    await exporter.export(batchOf(events(100)), NEVER)
    assert.equal(backend.lastBulk().length, 100)
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

suite('the limit of a bulk’s size', () => {
  test('is halfway between what passed and what was refused, whichever answer came last', () => {
    const limit = new SizeLimit(5_000)
    assert.equal(limit.bytes, 5_000)
    limit.passed(1_000)
    limit.refused(2_000)
    limit.refused(3_000) // was under way meanwhile
    assert.equal(limit.bytes, 1_500)
    limit.passed(1_400)
    limit.passed(1_200)
    assert.equal(limit.bytes, 1_700)
    limit.refused(1_400)
    assert.equal(limit.bytes, 700)
  })
})
