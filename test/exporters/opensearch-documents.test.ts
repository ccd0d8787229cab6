import assert from 'node:assert/strict'
import { before, suite, type TestContext, test } from 'node:test'
import { attributesOf } from '../../src/audit/attributes.ts'
import { type ChangeEvent, changeEvent, mergeChangeEvents } from '../../src/audit/change-event.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import { SAMPLE_LOGS, sampleEvents } from '../samples.ts'
import { type OpenSearch, openSearchUnavailable, startOpenSearch } from '../servers/opensearch.ts'
import { documentsOf, exporterTo, NEVER } from './opensearch-cluster.ts'

const ALL_SAMPLES = SAMPLE_LOGS.flatMap(sampleEvents)
const CLUSTER = 'prod'

/** Delivers events to one cluster, and fails unless all of them were taken. */
type Deliver = (events: readonly AuditEvent[]) => Promise<void>

function deliverTo(node: OpenSearch, t: TestContext, options: object): Deliver {
  const { exporter } = exporterTo(node, { maxRequestSize: '64MiB', ...options })
  t.after(() => exporter.stop?.())
  return async events => {
    const { deferred, rejected, why } = await exporter.export(batchOf(events), NEVER)
    assert.deepEqual(
      rejected.map(({ reason }) => reason),
      [],
    )
    assert.equal(deferred.length, 0, why?.message)
  }
}

const byId = (events: readonly AuditEvent[]) => new Map(events.map(event => [event.identity(CLUSTER), event]))

/** An event whose request is to write `object`, JSON text. */
const writing = (object: string) =>
  parseEvent(
    `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"a","stage":"ResponseComplete","verb":"patch","requestObject":${object},"stageTimestamp":"2026-01-02T03:04:05.123456Z"}`,
  )

/** An event with other members than usual, JSON text. */
const having = (members: string) =>
  parseEvent(`{"level":"Metadata","auditID":"a","stage":"ResponseComplete",${members}}`)

const long = 'x'.repeat(40_000)
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

const HOSTILE: readonly (readonly [title: string, event: AuditEvent, asText?: 'as text'])[] = [
  ['a leaf over 32,766 bytes in the body', writing(`{"data":"${long}"}`)],
  ['a username over 32,766 bytes', having(`"user":{"username":"${long}"}`)],
  ['a username of 20,000 three-byte letters', having(`"user":{"username":"${'€'.repeat(20_000)}"}`)],
  ['a URI over 32,766 bytes', having(`"requestURI":"/api?${long}"`)],
  ['a status that is a string', having('"responseObject":{"status":"Success"}')],
  ['a status that is an object', having('"responseObject":{"status":{"phase":"Running"}}')],
  ['keys with dots, and a dot alone', writing('{"f:metadata":{".":{},"f:app.kubernetes.io/name":{}}}')],
  ['a key that is empty', writing('{"":{"":1}}')],
  ['an array for a patch', writing('[{"op":"replace","path":"/spec","value":{"a":1}},1,"x"]')],
  ['addresses that are none', having('"sourceIPs":["not an address","10.0.0.1","fe80::1%eth0",""]')],
  ['a code over 64 bits', having('"responseStatus":{"code":99999999999999999999}')],
  ['times that are none', having('"stageTimestamp":"yesterday","requestReceivedTimestamp":""')],
  [
    'a stage’s time that is none beside a time of old API servers',
    having('"stageTimestamp":"yesterdayZ","timestamp":"2017-01-02T03:04:05Z"'),
  ],
  ['a time with escapes', having('"stageTimestamp":"\\u0032026-01-02T03:04:05.123456Z"')],
  ['a time with an offset', having('"stageTimestamp":"2026-01-02T05:04:05.123456+02:00"')],
  ['a time after 2262', having('"stageTimestamp":"2300-01-01T00:00:00.000000Z"')],
  ['a time before 1970', having('"stageTimestamp":"1969-12-31T23:59:59.999999Z"')],
  ['a lone surrogate', having('"verb":"\\ud800","requestObject":{"a":"\\udfff"}')],
  ['a NUL', having('"verb":"a\\u0000b","requestObject":{"\\u0000":"\\u0000"}')],
  [
    'bytes that are not UTF-8',
    parseEvent(
      Buffer.from(
        '7b226c6576656c223a224d65746164617461222c226175646974494422' +
          '3a22ff222c227374616765223a2250616e6963227d',
        'hex',
      ),
    ),
  ],
  [
    'JSON over several lines',
    parseEvent(
      '{\n"level":"Metadata",\n"auditID":"a",\n"stage":"Panic",\n"requestObject":{\n"a":[1,\n2]\n}\n}',
    ),
  ],
  ['a depth of 900', writing(nested(900))],
  ['a depth over 1,000', writing(nested(1_500)), 'as text'],
  ['a key twice in the body', writing('{"a":1,"a":2}'), 'as text'],
  ['a key twice in the event', having('"verb":"get","verb":"list"'), 'as text'],
]

suite('documents in a real OpenSearch', { skip: openSearchUnavailable() ?? false }, () => {
  let node: OpenSearch
  before(async () => {
    node = await startOpenSearch('file')
  })

  test('every real event is there once, found by its attributes, and holds the event as it was', async t => {
    const deliver = deliverTo(node, t, { dataStream: 'samples', changeEvents: 'samples_changes' })
    await deliver(ALL_SAMPLES)
    await deliver(ALL_SAMPLES)
    const events = byId(ALL_SAMPLES)
    const found = await documentsOf(node, 'samples')
    assert.deepEqual([...found.keys()].toSorted(), [...events.keys()].toSorted())
    for (const [id, { event, ...fields }] of found) {
      const original = events.get(id) as AuditEvent
      assert.deepEqual(event, JSON.parse(original.raw.toString()))
      const attributes = Object.entries(fields).filter(([name]) => name.startsWith('k8s.auditlog.'))
      assert.deepEqual(Object.fromEntries(attributes), attributesOf(original))
    }
    const { body } = await node.request<{ count: number }>('POST', '/samples/_count', {
      query: { bool: { filter: [{ term: { 'k8s.auditlog.source_ips': '0.0.0.0/0' } }] } },
    })
    const expected = [...events.values()].filter(event => event.raw.includes('"sourceIPs":["')).length
    assert.ok(
      body.count > 0 && body.count <= expected,
      `${body.count} of ${expected} are found by IPv4 address`,
    )
  })

  test('microseconds decide the order', async t => {
    const times = ['123456', '123457', '123455', '999999', '000001']
    const events = times.map(micros => having(`"stageTimestamp":"2026-01-02T03:04:05.${micros}Z"`))
    await deliverTo(node, t, { dataStream: 'order', changeEvents: false })(events)
    await node.request('POST', '/order/_refresh')
    const { body } = await node.request<{ hits: { hits: { _source: { '@timestamp': string } }[] } }>(
      'POST',
      '/order/_search',
      { sort: [{ '@timestamp': 'asc' }] },
    )
    const sorted = body.hits.hits.map(hit => hit._source['@timestamp'].slice(20, 26))
    assert.deepEqual(sorted, times.toSorted())
  })

  suite('no event is refused for what is in it', () => {
    for (const [title, event, asText] of HOSTILE)
      test(`${title}${asText === undefined ? '' : ': kept as text'}`, async t => {
        const deliver = deliverTo(node, t, { dataStream: 'hostile', changeEvents: false })
        const neighbour = having(`"verb":${JSON.stringify(`next to ${title}`)}`)
        await deliver([event, neighbour])
        const found = await documentsOf(node, 'hostile')
        assert.ok(found.has(neighbour.identity(CLUSTER)))
        const document = found.get(event.identity(CLUSTER))
        if (asText === undefined) assert.deepEqual(document?.event, JSON.parse(event.raw.toString()))
        else assert.equal(document?.event_text, event.raw.toString())
      })
  })

  test("Opni's layout: its fields and no others, each of its type", async t => {
    await deliverTo(node, t, { layout: 'opni', dataStream: 'opni', changeEvents: false })(ALL_SAMPLES)
    const found = await documentsOf(node, 'opni')
    const events = byId(ALL_SAMPLES)
    assert.equal(found.size, events.size)
    for (const [id, document] of found) {
      const event = events.get(id) as AuditEvent
      const raw = JSON.parse(event.raw.toString())
      const expected = {
        time: Date.parse(raw.stageTimestamp ?? raw.timestamp),
        'Body.value': event.raw.toString(),
        'k8s.auditlog.audit_id': raw.auditID,
        'k8s.auditlog.level': raw.level,
        'k8s.auditlog.resource': raw.objectRef?.resource,
        'k8s.auditlog.stage': raw.stage,
        'k8s.auditlog.stage_timestamp': raw.stageTimestamp,
        cluster_id: '',
        log_type: 'controlplane',
        SeverityNumber: 0,
        TraceFlags: 0,
        anomaly_level: '',
        kubernetes_component: '',
        deployment: '',
        service: '',
        pod_name: '',
        namespace_name: '',
        template_matched: '',
        log: '',
      }
      assert.deepEqual(document, JSON.parse(JSON.stringify(expected)))
    }
  })

  suite('change events: one document for each request', () => {
    const requests = Map.groupBy(ALL_SAMPLES, event => changeEvent(event, { cluster: CLUSTER })?.id)
    requests.delete(undefined)
    const expected = new Map(
      [...requests.values()].map(events => {
        const merged = events
          .map(event => changeEvent(event, { cluster: CLUSTER }) as ChangeEvent)
          .reduce(mergeChangeEvents)
        const { id, diff: _, object_snapshot: __, block_pattern: ___, ...known } = merged
        return [id, JSON.parse(JSON.stringify(known))]
      }),
    )
    const orders: [title: string, order: (events: AuditEvent[]) => AuditEvent[][]][] = [
      ['stages in their order', events => [events]],
      ['stages backwards, each in a bulk of its own', events => events.toReversed().map(event => [event])],
      ['stages twice and mixed', events => [events, events.toReversed(), events]],
    ]
    for (const [index, [title, order]] of orders.entries())
      test(title, async t => {
        const names = { dataStream: `requests-${index}`, changeEvents: `requests_${index}` }
        const stages = [...requests.values()]
          .flat()
          .toSorted((a, b) => (a.stage ?? '').localeCompare(b.stage ?? ''))
        assert.ok(stages.length > requests.size, 'some requests have several stages')
        const deliver = deliverTo(node, t, names)
        for (const bulk of order(stages)) await deliver(bulk)
        const found = await documentsOf(node, names.changeEvents)
        assert.deepEqual(Object.fromEntries(found), Object.fromEntries(expected))
      })

    test('a repeat changes nothing; what the later stage does not know comes from the earlier one', async t => {
      const names = { dataStream: 'filled', changeEvents: 'filled_changes' }
      const exec = (stage: string, members: string) =>
        having(
          `"stage":"${stage}","verb":"get","requestURI":"/api/v1/namespaces/d/pods/p/exec?command=id","objectRef":{"resource":"pods","subresource":"exec","namespace":"d","name":"p"}${members}`,
        )
      const deliver = deliverTo(node, t, names)
      const complete = exec('ResponseComplete', '')
      const path = `/filled_changes/_doc/${changeEvent(complete, { cluster: CLUSTER })?.id}`
      for (const _ of [1, 2]) {
        await deliver([complete])
        const { body } = await node.request<{ _version: number }>('GET', path)
        assert.equal(body._version, 1)
      }
      await deliver([exec('ResponseStarted', ',"responseStatus":{"code":101}')])
      const { body } = await node.request<{ _source: Record<string, unknown> }>('GET', path)
      assert.deepEqual([body._source.stage, body._source.response_code], ['ResponseComplete', 101])
    })

    test('stages that arrive at the same time', async t => {
      const names = { dataStream: 'together', changeEvents: 'together_changes' }
      const all = [...requests.values()].flat()
      const deliver = deliverTo(node, t, names)
      await Promise.all(all.slice(0, 60).map(event => deliver([event])))
      await deliver(all)
      assert.deepEqual(
        Object.fromEntries(await documentsOf(node, names.changeEvents)),
        Object.fromEntries(expected),
      )
    })
  })
})
