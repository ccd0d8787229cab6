import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, suite, test } from 'node:test'
import { parseEvent } from '../../src/audit/scan.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import { exporterTo, NEVER } from '../exporters/opensearch-cluster.ts'
import { openSearchUnavailable } from '../servers/opensearch.ts'
import { AUDIT_GUIDE, isPrivileged } from './audit-guide.ts'
import { aggregationsOf, fieldsOf, namesOfEmpty } from './charts.ts'
import { type Aggregation, type FilledOpenSearch, type Found, filledOpenSearch } from './filled-opensearch.ts'
import type { RawEvent } from './raw-event.ts'
import { savedObjects, searchSourceOf } from './saved-objects.ts'
import { SESSION_GUIDE, sessionKey, sessionsOf } from './sessions.ts'

const PAGE = readFileSync(new URL('../../docs/queries.md', import.meta.url), 'utf8')
const SEARCHES = savedObjects().filter(({ type }) => type === 'search')
const CHARTS = savedObjects().filter(({ type }) => type === 'visualization')
const QUESTIONS = [...Object.keys(AUDIT_GUIDE), ...Object.keys(SESSION_GUIDE)]

/** The searches of the page: heading, index and body. */
const SECTIONS = [...PAGE.matchAll(/^## ([^\n]+)\n.*?^In `([^`]+)`:\n\n```json\n(.*?)^```$/gms)].map(
  ([, title = '', index = '', body = '']) => ({ title, index, body: JSON.parse(body) as object }),
)

suite('queries against a real OpenSearch', { skip: openSearchUnavailable() ?? false }, () => {
  let filled: FilledOpenSearch
  /** What each document was made from, as text that names it. */
  let keys: Map<string, string>
  before(async () => {
    filled = await filledOpenSearch()
    keys = await documentKeys(filled)
  })

  const found = ({ hits }: Found) => hits.hits.map(({ _id }) => keys.get(_id) ?? _id).sort()

  test('every event is a document, and every session', () => {
    const answered = unique(filled.events.map(event => JSON.stringify(event)))
    const sessions = unique(sessionsOf(filled.events).map(sessionKey))
    assert.deepEqual([...keys.values()].sort(), [...answered, ...sessions].sort())
  })

  test('each saved search has a question, and each question a saved search', () => {
    assert.deepEqual(
      SEARCHES.map(({ id }) => id),
      QUESTIONS.map(id => `auditship-search-${id}`),
    )
  })

  for (const saved of SEARCHES) {
    test(`saved search ${saved.id} finds what the lines of the log say`, async () => {
      const { index, lucene } = searchSourceOf(saved)
      const query = { query_string: { query: lucene, analyze_wildcard: true } }
      const expected = expectedOf(saved.id.replace('auditship-search-', ''), filled.events)
      assert.notEqual(expected.length, 0, 'the logs hold nothing to find')
      assert.deepEqual(found(await filled.search(index, { query, _source: false })), expected)
    })
  }

  for (const { title, index, body } of SECTIONS.filter(section => section.title !== 'Privileged pods')) {
    test(`docs/queries.md, "${title}", finds the same`, async () => {
      const saved = SEARCHES.find(({ attributes }) => attributes.title === `[auditship] ${title}`)
      assert.ok(saved, 'no saved search has that title')
      const expected = expectedOf(saved.id.replace('auditship-search-', ''), filled.events)
      assert.deepEqual(found(await filled.search(index, { ...body, _source: false })), expected)
    })
  }

  test('docs/queries.md has a section for each saved search and one for privileged pods', () => {
    assert.equal(SECTIONS.length, SEARCHES.length + 1)
  })

  test('docs/queries.md, "Privileged pods", finds them by their bodies', async () => {
    const section = SECTIONS.find(({ title }) => title === 'Privileged pods')
    assert.ok(section)
    const expected = unique(answered(filled.events).filter(isPrivileged).map(text))
    assert.ok(expected.length >= 10)
    assert.deepEqual(found(await filled.search(section.index, section.body)), expected)
  })

  test('docs/queries.md, "Privileged pods", finds a pod that is kept as text, as no script can read it', async () => {
    const section = SECTIONS.find(({ title }) => title === 'Privileged pods')
    const body = '{"spec":{"hostPID":true},"spec":{"hostPID":true}}'
    const event = parseEvent(
      `{"level":"Request","auditID":"twice","stage":"ResponseComplete","verb":"create","user":{"username":"mallory"},"objectRef":{"resource":"pods"},"requestObject":${body}}`,
    )
    const { exporter } = exporterTo(filled.node)
    assert.deepEqual((await exporter.export(batchOf([event]), NEVER)).rejected, [])
    await exporter.stop?.()
    await filled.node.request('POST', '/k8s-audit/_refresh')
    const { hits } = await filled.search(section?.index ?? '', section?.body ?? {})
    assert.ok(hits.hits.some(({ _id }) => _id === event.identity('prod')))
    const query = { ids: { values: [event.identity('prod')] } }
    await filled.node.request('POST', '/k8s-audit/_delete_by_query?refresh=true', { query })
  })

  test('the top endpoints are counted right', async () => {
    const section = SECTIONS.find(({ title }) => title.includes('top endpoints'))
    assert.ok(section)
    const { aggregations } = await filled.search(section.index, section.body)
    const distinct = new Map(answered(filled.events).map(event => [text(event), event]))
    const expected = Object.groupBy([...distinct.values()], ({ objectRef, verb }) =>
      JSON.stringify([objectRef?.resource ?? '(none)', objectRef?.subresource ?? '(none)', verb]),
    )
    const counted = endpoints(aggregations?.resources)
    assert.ok(counted.length > 50)
    for (const [endpoint, count] of counted) assert.equal(count, expected[endpoint]?.length, endpoint)
  })

  test('every field of a saved search or chart is indexed, and those that a chart counts by can be counted', async () => {
    const columns = SEARCHES.flatMap(saved => saved.attributes.columns as string[])
    const counted = CHARTS.flatMap(fieldsOf)
    const shown = unique([...columns, ...counted])
    const path = `/k8s-audit,change_events/_field_caps?fields=${shown.join()}`
    const { body } = await filled.node.request<FieldCaps>('GET', path)
    assert.deepEqual(
      shown.filter(field => !(field in body.fields)),
      [],
    )
    for (const field of counted)
      assert.ok(
        Object.values(body.fields[field] ?? {}).every(type => type.aggregatable),
        field,
      )
  })

  for (const chart of CHARTS) {
    test(`chart ${chart.id} has something to show`, async () => {
      const search = SEARCHES.find(({ id }) => id === chart.references[0]?.id)
      assert.ok(search)
      const { index, lucene } = searchSourceOf(search)
      const query = { query_string: { query: lucene, analyze_wildcard: true } }
      const body = { query, aggs: aggregationsOf(chart), _source: false }
      const { aggregations } = await filled.search(index, body)
      assert.deepEqual(namesOfEmpty(aggregations), [])
    })
  }
})

interface FieldCaps {
  readonly fields: Readonly<Record<string, Readonly<Record<string, { readonly aggregatable: boolean }>>>>
}

const text = (event: RawEvent) => JSON.stringify(event)
const unique = (names: readonly string[]) => [...new Set(names)].sort()
const answered = (events: readonly RawEvent[]) => events.filter(({ stage }) => stage !== 'RequestReceived')

function expectedOf(id: string, events: readonly RawEvent[]): string[] {
  const ofEvent = AUDIT_GUIDE[id]
  if (ofEvent !== undefined) return unique(answered(events).filter(ofEvent).map(text))
  const ofSession = SESSION_GUIDE[id]
  assert.ok(ofSession, `no computation for ${id}`)
  return unique(sessionsOf(events).filter(ofSession).map(sessionKey))
}

async function documentKeys({ search }: FilledOpenSearch): Promise<Map<string, string>> {
  const everything = { query: { match_all: {} } }
  const audit = await search('k8s-audit*', everything)
  const changes = await search('change_events', everything)
  return new Map([
    ...audit.hits.hits.map(({ _id, _source }) => [_id, eventIn(_source)] as const),
    ...changes.hits.hits.map(({ _id, _source }) => [_id, sessionIn(_source)] as const),
  ])
}

function eventIn(document: { event?: RawEvent; event_text?: string }): string {
  return document.event === undefined ? (document.event_text ?? '') : JSON.stringify(document.event)
}

function sessionIn(document: {
  audit_id?: string
  started_at?: string
  actor?: { username: string }
}): string {
  return JSON.stringify([document.audit_id, document.started_at, document.actor?.username])
}

function endpoints(resources: Aggregation | undefined): [endpoint: string, count: number][] {
  return (resources?.buckets ?? []).flatMap(resource =>
    (resource.subresources?.buckets ?? []).flatMap(subresource =>
      (subresource.verbs?.buckets ?? []).map(
        verb =>
          [JSON.stringify([resource.key, subresource.key, verb.key]), verb.doc_count] as [string, number],
      ),
    ),
  )
}
