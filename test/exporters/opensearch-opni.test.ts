import assert from 'node:assert/strict'
import { before, suite, type TestContext, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import { SAMPLE_LOGS, sampleEvents } from '../samples.ts'
import { type OpenSearch, openSearchUnavailable, startOpenSearch } from '../servers/opensearch.ts'
import { contextFor } from './context.ts'
import { documentsOf, exporterTo, fieldsOf, NEVER } from './opensearch-cluster.ts'

const CLUSTER = 'prod'
const KEYWORD = { type: 'keyword' }
const TEXT = { type: 'text' }
const DATE = { type: 'date' }
const LONG = { type: 'long' }

/** The types of an index that Opni made. */
const OPNI_TYPES = {
  time: DATE,
  'Body.value': TEXT,
  'k8s.auditlog.audit_id': KEYWORD,
  'k8s.auditlog.level': KEYWORD,
  'k8s.auditlog.resource': KEYWORD,
  'k8s.auditlog.stage': KEYWORD,
  'k8s.auditlog.stage_timestamp': DATE,
  cluster_id: KEYWORD,
  log_type: KEYWORD,
  SeverityNumber: LONG,
  TraceFlags: LONG,
  anomaly_level: KEYWORD,
  kubernetes_component: KEYWORD,
  deployment: KEYWORD,
  service: KEYWORD,
  pod_name: KEYWORD,
  namespace_name: KEYWORD,
  template_matched: KEYWORD,
  log: TEXT,
}

const OPTIONS = { layout: 'opni', changeEvents: false, maxRequestSize: '64MiB' }

async function deliver(node: OpenSearch, t: TestContext, index: string, events: readonly AuditEvent[]) {
  const resource = { ...contextFor('opensearch').resource, cluster_id: 'c-1' }
  const { exporter } = exporterTo(node, { ...OPTIONS, dataStream: index }, { resource })
  t.after(() => exporter.stop?.())
  const { deferred, rejected, why } = await exporter.export(batchOf(events), NEVER)
  assert.deepEqual([why?.message, rejected.map(({ reason }) => reason)], [undefined, []])
  assert.equal(deferred.length, 0)
}

/** An event with these members besides; read at `READ_AT`. */
function having(members: object): AuditEvent {
  const event = parseEvent(
    JSON.stringify({ level: 'Metadata', auditID: 'a', stage: 'ResponseComplete', ...members }),
  )
  event.readAt = READ_AT
  return event
}
const READ_AT = Date.parse('2026-06-01T00:00:00Z')

const longest = 'x'.repeat(32_764)
const long = 'x'.repeat(40_000)

/** Fields of a document that OpenSearch does not take in each form. */
const FIELDS: readonly (readonly [title: string, members: object, field: string, kept: boolean])[] = [
  ['an audit ID of 40,000 characters', { auditID: long }, 'audit_id', false],
  ['a resource of 40,000 characters', { objectRef: { resource: long } }, 'resource', false],
  [
    'a resource of 20,000 two-byte letters',
    { objectRef: { resource: 'ä'.repeat(20_000) } },
    'resource',
    false,
  ],
  ['a stage of 40,000 characters', { stage: long }, 'stage', false],
  ['the longest resource', { objectRef: { resource: longest } }, 'resource', true],
]

const TIMES: readonly (readonly [stageTimestamp: string, kept: boolean, time: string | number])[] = [
  ['', false, READ_AT],
  ['x', false, READ_AT],
  ['2026-01-02t03:04:05z', false, READ_AT],
  ['2026-01-02T03:04:60Z', false, READ_AT],
  ['2026-01-02T24:00:00Z', false, READ_AT],
  ['2025-02-29T00:00:00Z', false, READ_AT],
  ['2026-01-02T03:04:05.0123456789Z', false, READ_AT],
  ['2026-01-02T03:04:05+23:59', false, '2026-01-01T03:05:05Z'],
  ['2026-01-02T03:04:05-18:01', false, '2026-01-02T21:05:05Z'],
  ['2026-01-02T03:04:05+18:00', true, '2026-01-01T09:04:05Z'],
  ['2026-01-02T03:04:05.123456+02:00', true, '2026-01-02T01:04:05.123Z'],
  ['2026-01-02T03:04:05.123456789Z', true, '2026-01-02T03:04:05.123Z'],
  ['1969-12-31T23:59:59.999999Z', true, -1],
  ['1931-05-06T07:08:09.000001Z', true, '1931-05-06T07:08:09Z'],
  ['2300-01-01T00:00:00.000000Z', true, '2300-01-01T00:00:00Z'],
  ['9999-12-31T23:59:59.999999Z', true, '9999-12-31T23:59:59.999Z'],
  ['0000-01-01T00:00:00Z', true, '0000-01-01T00:00:00Z'],
]

suite("Opni's layout in a real OpenSearch", { skip: openSearchUnavailable() ?? false }, () => {
  let node: OpenSearch
  before(async () => {
    node = await startOpenSearch('file')
    for (const index of ['typed', 'samples'])
      await node.request('PUT', `/${index}`, { mappings: { dynamic: 'strict', properties: OPNI_TYPES } })
  })

  test('an index of Opni takes every real event, and needs no other field', async t => {
    const events = SAMPLE_LOGS.flatMap(sampleEvents)
    await deliver(node, t, 'samples', events)
    const found = await documentsOf(node, 'samples')
    assert.equal(found.size, new Set(events.map(event => event.identity(CLUSTER))).size)
    const names = new Set([...found.values()].flatMap(document => Object.keys(document)))
    assert.deepEqual([...names].toSorted(), Object.keys(OPNI_TYPES).toSorted())
    for (const { cluster_id, log_type } of found.values())
      assert.deepEqual([cluster_id, log_type], ['c-1', 'controlplane'])
  })

  for (const [title, members, name, isKept] of FIELDS)
    test(`${title} is ${isKept ? 'kept' : 'left out, as the line has it'}`, async t => {
      const event = having(members)
      await deliver(node, t, 'typed', [event])
      const document = (await documentsOf(node, 'typed')).get(event.identity(CLUSTER))
      assert.equal(document?.['Body.value'], event.raw.toString())
      assert.equal(`k8s.auditlog.${name}` in document, isKept)
    })

  for (const index of ['typed', 'guessed'])
    test(`times of every kind are taken by an index whose types are ${index}`, async t => {
      const first = having({ stageTimestamp: '2026-01-02T03:04:05.123456Z', auditID: 'first' })
      await deliver(node, t, index, [first])
      assert.equal((await fieldsOf(node, index)).get('k8s.auditlog.stage_timestamp'), 'date')
      const events = TIMES.map(([stageTimestamp]) => having({ stageTimestamp }))
      await deliver(node, t, index, events)
      const found = await documentsOf(node, index)
      for (const [i, [stageTimestamp, isKept, time]] of TIMES.entries()) {
        const document = found.get(events[i]?.identity(CLUSTER) ?? '')
        const kept = isKept ? stageTimestamp : undefined
        assert.equal(document?.['k8s.auditlog.stage_timestamp'], kept, stageTimestamp)
        assert.equal(document?.time, typeof time === 'number' ? time : Date.parse(time), stageTimestamp)
      }
    })
})
