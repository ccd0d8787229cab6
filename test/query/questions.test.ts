import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { QUESTIONS } from '../../src/query/questions.ts'
import type { Row } from '../../src/query/row.ts'
import { AUDIT_GUIDE, isPrivileged } from '../deploy/audit-guide.ts'
import { accessOf, isRefused } from '../deploy/interactive.ts'
import { madeEvents } from '../deploy/made-events.ts'
import type { RawEvent } from '../deploy/raw-event.ts'
import { SAMPLE_LOGS, samplePath } from '../samples.ts'
import { answer, rawEvents, requestsOf, sorted } from './answers.ts'

const folder = mkdtempSync(join(tmpdir(), 'query-'))
after(() => rmSync(folder, { recursive: true }))
const MADE = join(folder, 'made.jsonl')
// As an API server writes them: the end of a request after its beginning.
const inOrder = madeEvents().sort(
  (a, b) => Number(a.stage === 'ResponseComplete') - Number(b.stage === 'ResponseComplete'),
)
writeFileSync(MADE, inOrder.map(event => `${JSON.stringify(event)}\n`).join(''))

const LOGS = [...SAMPLE_LOGS.map(name => [name, samplePath(name)] as const), ['made events', MADE] as const]

type Predicate = (event: RawEvent) => boolean
const guide = (id: string): Predicate => AUDIT_GUIDE[id] ?? assert.fail(id)

/** Which events answer a question, from the log's own lines: what docs/queries.md asks OpenSearch is computed in the same way. */
const LISTS: Readonly<Record<string, Predicate>> = {
  exec: guide('interactive'),
  'exec-denied': guide('interactive-refused'),
  proxy: guide('proxied'),
  secrets: guide('secrets'),
  'failed-auth': guide('failed-authentication'),
  denied: guide('refused'),
  user: guide('one-user'),
  namespace: event => guide('one-namespace')(event) || accessOf(event)?.namespace === 'payments',
  rbac: guide('rbac-changes'),
  external: guide('outside'),
  sensitive: guide('sensitive'),
  'network-policy': guide('networkpolicy-deletion'),
  tokens: guide('token-requests'),
  writes: guide('writes'),
  delete: event => /^delete/.test(event.verb ?? ''),
  requests: () => true,
  'privileged-pods': event => isPrivileged(event) || patchesHost(event),
}
const ARGUMENTS: Readonly<Record<string, string>> = { user: 'alice', namespace: 'payments' }

/** A JSON patch that gives a pod the node's processes: the only such patch in the made events. */
function patchesHost(event: RawEvent): boolean {
  const [operation] = Array.isArray(event.requestObject) ? (event.requestObject as { path?: string }[]) : []
  return operation?.path === '/spec/hostPID'
}

/** Events of old API servers have only `timestamp`. */
const timeOf = (event: RawEvent & { readonly timestamp?: string }) =>
  event.requestReceivedTimestamp ?? event.timestamp

/** What identifies a row, and what only one of the events of a request knows. */
const ofRow = ({ audit_id, time, started, user, verb, code, stage }: Row) => ({
  audit_id,
  time: time ?? started,
  user: user || undefined,
  ...(started === undefined && { verb }),
  code,
  stage,
})

function ofRequest(events: readonly RawEvent[], isSession: boolean) {
  const [first, last] = [events[0] ?? {}, events.at(-1) ?? {}]
  return {
    audit_id: first.auditID,
    time: timeOf(first),
    user: first.user?.username || undefined,
    ...(!isSession && { verb: first.verb }),
    code: last.responseStatus?.code,
    stage: last.stage,
  }
}

suite('what each question finds', () => {
  const found = new Map<string, number>()
  for (const [name, predicate] of Object.entries(LISTS)) {
    for (const [log, path] of LOGS) {
      test(`${name}: the requests that the lines of ${log} tell of`, async () => {
        const { rows, report } = await answer(name, [path], ARGUMENTS[name])
        const isSession = name.startsWith('exec')
        const expected = requestsOf(rawEvents(path), predicate).map(events => ofRequest(events, isSession))
        assert.deepEqual(sorted(rows.map(ofRow)), sorted(expected))
        assert.deepEqual([report.malformed, report.failures], [0, []])
        found.set(name, (found.get(name) ?? 0) + rows.length)
      })
    }
    test(`${name}: the logs have something to find`, () => assert.ok((found.get(name) ?? 0) > 1))
  }

  test('each question is computed here', () => {
    const computed = [...Object.keys(LISTS), 'service-accounts', 'people', 'top', 'latency']
    assert.deepEqual(QUESTIONS.map(({ name }) => name).sort(), computed.sort())
  })
})

suite('summaries', () => {
  /** The last events of a request: several when the log has a line twice, which counts twice then. */
  const lastEvents = (request: readonly RawEvent[]) => {
    const finals = request.filter(({ stage }) => stage === 'ResponseComplete' || stage === 'Panic')
    return finals.length > 0 ? finals : request.slice(-1)
  }
  const count = (requests: readonly RawEvent[], predicate: Predicate) => requests.filter(predicate).length

  for (const [log, path] of LOGS) {
    for (const [name, id] of [
      ['service-accounts', 'service-accounts'],
      ['people', 'people'],
    ] as const) {
      test(`${name}: a row for each, with what the lines of ${log} count`, async () => {
        const { rows } = await answer(name, [path])
        const requests = requestsOf(rawEvents(path), guide(id)).flatMap(lastEvents)
        const expected = [...Map.groupBy(requests, event => event.user?.username)].map(([user, own]) => ({
          user,
          requests: own.length,
          writes: count(own, guide('writes')),
          secrets: count(own, guide('secrets')),
          refused: count(own, isRefused),
        }))
        const shown = rows.map(({ user, requests, writes, secrets, refused }) => ({
          user,
          requests,
          writes,
          secrets,
          refused,
        }))
        assert.deepEqual(sorted(shown), sorted(expected))
        for (const row of rows) {
          const times = requests
            .filter(event => event.user?.username === row.user)
            .map(timeOf)
            .sort()
          assert.deepEqual([row.first, row.last], [times[0], times.at(-1)])
        }
      })
    }

    test(`top: the endpoints of ${log}, each request counted once, the most frequent first`, async () => {
      const { rows } = await answer('top', [path])
      const requests = requestsOf(rawEvents(path), () => true).flatMap(lastEvents)
      const expected = [...Map.groupBy(requests, endpointOf)].map(([endpoint, own]) => ({
        endpoint,
        requests: own.length,
        refused: count(own, isRefused),
        failed: count(own, event => (event.responseStatus?.code ?? 0) >= 500),
      }))
      const shown = rows.map(row => ({
        endpoint: rowEndpoint(row),
        requests: row.requests,
        refused: row.refused,
        failed: row.failed,
      }))
      assert.deepEqual(sorted(shown), sorted(expected))
      const counts = rows.map(row => Number(row.requests))
      assert.deepEqual(
        counts,
        counts.toSorted((a, b) => b - a),
      )
    })

    test(`latency: the quantiles of ${log} to the microsecond, without what lasts`, async () => {
      const { rows } = await answer('latency', [path])
      const requests = requestsOf(rawEvents(path), isTimed).flatMap(lastEvents)
      const expected = [...Map.groupBy(requests, endpointOf)].map(([endpoint, own]) => {
        const ms = own.flatMap(latencyOf).sort((a, b) => a - b)
        const nearest = (percent: number) => ms[Math.ceil((percent * ms.length) / 100) - 1]
        return {
          endpoint,
          requests: ms.length,
          p50: nearest(50),
          p90: nearest(90),
          p99: nearest(99),
          max: ms.at(-1),
        }
      })
      const shown = rows.map(row => ({
        endpoint: rowEndpoint(row),
        requests: row.requests,
        p50: row.p50_ms,
        p90: row.p90_ms,
        p99: row.p99_ms,
        max: row.max_ms,
      }))
      assert.deepEqual(sorted(shown), sorted(expected))
    })
  }

  type Referenced = RawEvent & { readonly objectRef?: { readonly apiGroup?: string } }
  const endpointOf = ({ verb, objectRef: of }: Referenced) =>
    JSON.stringify([verb, of?.resource, of?.subresource, of?.apiGroup])
  const rowEndpoint = (row: Row) => JSON.stringify([row.verb, row.resource, row.subresource, row.api_group])

  const isTimed: Predicate = ({ stage, verb, objectRef }) =>
    (stage === 'ResponseComplete' || stage === 'Panic') &&
    verb !== 'watch' &&
    !/^(exec|attach|portforward|proxy|log)$/.test(objectRef?.subresource ?? '')

  function latencyOf({ requestReceivedTimestamp: from, stageTimestamp: to }: RawEvent): number[] {
    if (from === undefined || to === undefined) return []
    return [(micros(to) - micros(from)) / 1000]
  }

  /** Microseconds of the day and since 1970, by the digits as they are written. */
  function micros(time: string): number {
    const [seconds = '', fraction = ''] = time.replace(/Z$/, '').split('.')
    return Date.parse(`${seconds}Z`) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6))
  }
})
