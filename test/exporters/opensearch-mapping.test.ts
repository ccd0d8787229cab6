import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { ATTRIBUTES } from '../../src/audit/attributes.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import { interactiveAccess } from '../../src/audit/interactive-access.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import { SAMPLE_LOGS, sampleEvents } from '../samples.ts'
import { type OpenSearch, openSearchUnavailable, startOpenSearch } from '../servers/opensearch.ts'
import { contextFor } from './context.ts'
import { exporterTo, fieldsOf, NEVER, type TestExporter } from './opensearch-cluster.ts'

const long = 'x'.repeat(40_000)

/** An event with all that interactive access can have, and nothing of it as it should be. */
const HOSTILE_EXEC = parseEvent(
  JSON.stringify({
    level: 'RequestResponse',
    auditID: long,
    stage: 'ResponseComplete',
    verb: long,
    requestURI: `/api/v1/namespaces/${long}/pods/${long}/exec?command=${long}&container=${long}&stdin=maybe`,
    user: { username: `system:serviceaccount:${long}`, uid: long, groups: [long, ''] },
    impersonatedUser: { username: long, groups: [long] },
    sourceIPs: [long, 'no address'],
    userAgent: long,
    objectRef: { resource: 'pods', namespace: long, name: long, apiVersion: 'v1', subresource: 'exec' },
    responseStatus: { code: 101, reason: long, message: `${long} ${long}` },
    requestReceivedTimestamp: '1969-01-01T00:00:00.000001Z',
    stageTimestamp: '2300-01-01T00:00:00.000000Z',
    annotations: { 'authorization.k8s.io/decision': long, 'authorization.k8s.io/reason': long },
  }),
)

async function deliver({ exporter }: TestExporter, events: readonly AuditEvent[]): Promise<void> {
  const { deferred, rejected } = await exporter.export(batchOf(events), NEVER)
  await exporter.stop?.()
  assert.deepEqual([deferred.length, rejected.map(({ reason }) => reason)], [0, []])
}

async function hits(node: OpenSearch, index: string, query: object): Promise<number> {
  await node.request('POST', `/${index}/_refresh`)
  const { status, body } = await node.request<{ count: number }>('POST', `/${index}/_count`, { query })
  assert.equal(status, 200)
  return body.count
}

suite('the mappings in a real OpenSearch', { skip: openSearchUnavailable() ?? false }, () => {
  const all = { attributes: ATTRIBUTES }
  let node: OpenSearch
  before(async () => {
    node = await startOpenSearch('file')
  })

  test('every attribute has its type, also those that are off', async () => {
    const own = { ...ATTRIBUTES[0], name: 'audit.own', mapping: 'long' } as (typeof ATTRIBUTES)[number]
    const one = exporterTo(node, { dataStream: 'typed' }, { attributes: [own] })
    await deliver(one, sampleEvents(SAMPLE_LOGS[0]))
    const fields = await fieldsOf(node, '.ds-typed-000001')
    for (const { name, mapping } of [...ATTRIBUTES, own]) assert.equal(fields.get(name), mapping, name)
    assert.deepEqual(
      ['@timestamp', 'service.name', 'event', 'event_text'].map(name => fields.get(name)),
      ['date_nanos', 'keyword', 'object', 'keyword'],
    )
  })

  test('thousands of labels and annotations add no field', async () => {
    const named = (prefix: string, i: number) =>
      Object.fromEntries(Array.from({ length: 100 }, (_, j) => [`${prefix}-${i}-${j}.example.com/x`, 'v']))
    const events = Array.from({ length: 30 }, (_, i) =>
      parseEvent(
        JSON.stringify({
          level: 'RequestResponse',
          auditID: `${i}`,
          stage: 'ResponseComplete',
          annotations: named('annotation', i),
          responseObject: { metadata: { labels: named('label', i), annotations: named('note', i) } },
        }),
      ),
    )
    const names = { dataStream: 'labels', changeEvents: false }
    await deliver(exporterTo(node, names), events.slice(0, 1))
    const before = await node.request('GET', '/labels/_mapping')
    await deliver(exporterTo(node, names), events)
    assert.equal(await hits(node, 'labels', { match_all: {} }), 30)
    assert.deepEqual(await node.request('GET', '/labels/_mapping'), before)
  })

  test('a document is taken whatever its attributes hold, in both indices', async () => {
    const names = { dataStream: 'bad', changeEvents: 'bad_changes' }
    await deliver(exporterTo(node, names, all), [HOSTILE_EXEC])
    assert.equal(await hits(node, 'bad', { term: { 'k8s.auditlog.response.code': 101 } }), 1)
    assert.equal(await hits(node, 'bad_changes', { term: { operation: 'EXEC' } }), 1)
  })

  suite('change events are found', () => {
    const started = '2026-01-02T03:04:05.123456Z'
    const exec = parseEvent(
      JSON.stringify({
        level: 'Metadata',
        auditID: 'e',
        stage: 'ResponseComplete',
        verb: 'create',
        user: { username: 'mallory', groups: ['dev', 'ops'] },
        sourceIPs: ['192.0.2.7'],
        requestURI:
          '/api/v1/namespaces/shop/pods/web-0/exec?command=sh&command=-c&command=cat+%2Fetc%2Fshadow&container=web&stdin=true',
        objectRef: {
          resource: 'pods',
          subresource: 'exec',
          namespace: 'shop',
          name: 'web-0',
          apiVersion: 'v1',
        },
        responseStatus: { code: 101 },
        requestReceivedTimestamp: started,
        stageTimestamp: '2026-01-02T03:14:05.123457Z',
      }),
    )
    before(() => deliver(exporterTo(node, { dataStream: 'found', changeEvents: 'found_changes' }), [exec]))

    const queries: [title: string, query: object][] = [
      ['by a whole argument', { term: { 'exec_metadata.command': 'cat /etc/shadow' } }],
      ['by words across arguments', { match_phrase: { 'exec_metadata.command.text': 'sh c cat etc' } }],
      ['by network', { term: { 'actor.source_ip': '192.0.2.0/24' } }],
      ['by group', { term: { 'actor.groups': 'ops' } }],
      ['by whether it was let through', { term: { allowed: true } }],
      ['by duration', { range: { duration_ms: { gt: 600_000, lt: 600_000.002 } } }],
      [
        'by the microsecond',
        { range: { started_at: { gt: '2026-01-02T03:04:05.123455Z', lt: '2026-01-02T03:04:05.123457Z' } } },
      ],
      ['by when it ended', { range: { ended_at: { gte: '2026-01-02T03:14:05.123457Z' } } }],
    ]
    for (const [title, query] of queries)
      test(title, async () => {
        assert.equal(await hits(node, 'found_changes', query), 1)
        const opposite = { bool: { must_not: [query] } }
        assert.equal(await hits(node, 'found_changes', opposite), 0)
      })

    test('by every field that real ones have: none is without a type', async () => {
      const events = SAMPLE_LOGS.flatMap(sampleEvents).filter(interactiveAccess)
      await deliver(exporterTo(node, { dataStream: 'real', changeEvents: 'real_changes' }), events)
      const typed = await fieldsOf(node, 'real_changes')
      const { body } = await node.request<{ hits: { hits: { _source: object }[] } }>(
        'POST',
        '/real_changes,found_changes/_search',
        { size: 1_000 },
      )
      const names = new Set(body.hits.hits.flatMap(({ _source }) => leafNames(_source, '')))
      assert.ok(names.has('exec_metadata.command'))
      assert.deepEqual(
        [...names].filter(name => !typed.has(name)),
        [],
      )
    })
  })

  test('a resource attribute that clashes with a field is left out and said so; the others are found', async () => {
    const clashing = { service: 'a', 'event.id': 'b', '@timestamp': 'c', 'k8s.auditlog.verb': 'd' }
    const impossible = { _id: 'e', 'a..b': 'f', '.': 'g' }
    const resource = { ...contextFor('opensearch').resource, ...clashing, ...impossible, rack: 'r1' }
    const one = exporterTo(node, { dataStream: 'clash', changeEvents: false }, { resource })
    await deliver(one, [parseEvent('{"level":"Metadata","auditID":"a","stage":"Panic","verb":"get"}')])
    assert.equal(await hits(node, 'clash', { term: { rack: 'r1' } }), 1)
    assert.equal(await hits(node, 'clash', { term: { 'k8s.auditlog.verb': 'get' } }), 1)
    const left = one.said.flatMap(
      line => /^warn the resource attribute "(.*)" is left out/.exec(line)?.[1] ?? [],
    )
    assert.deepEqual(left, [...Object.keys(clashing), ...Object.keys(impossible)])
  })
})

function leafNames(value: unknown, name: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [name]
  return Object.entries(value).flatMap(([key, below]) =>
    leafNames(below, name === '' ? key : `${name}.${key}`),
  )
}
