import type { AuditEvent } from '../../audit/event.ts'
import { latencyMicroseconds } from '../../audit/event-time.ts'
import { FIELD } from '../../audit/fields.ts'
import { parseEvent } from '../../audit/scan.ts'
import { eachRequestOnce, type Summary } from '../collect.ts'
import { all, is, not } from '../condition.ts'
import { matcher } from '../matcher.ts'
import { COLUMN } from '../output/columns.ts'
import type { Question } from '../question.ts'
import type { Row } from '../row.ts'
import { REFUSED } from './conditions.ts'

const { verb, resource, requests, refused, failed, p50, p90, p99, max } = COLUMN

/** Which requests there are the most of. */
export const TOP: Question = {
  name: 'top',
  help: 'Which requests there are the most of, by verb and resource; a path without resource counts as none',
  condition: () => all(),
  collect: () => eachRequestOnce(perEndpoint(requestCounts, mostRequests), parseEvent),
  columns: [requests, verb, resource, refused, failed],
  limit: 20,
}

/** Which requests take longest. What lasts by its nature is left out. */
export const LATENCY: Question = {
  name: 'latency',
  help: 'How long requests took, by verb and resource; without watches, sessions, proxied requests and logs',
  condition: () =>
    all(
      is('stage', 'ResponseComplete', 'Panic'),
      not(is('verb', 'watch')),
      not(is('subresource', 'exec', 'attach', 'portforward', 'proxy', 'log')),
    ),
  collect: () => eachRequestOnce(perEndpoint(latencies, slowest), parseEvent),
  columns: [requests, verb, resource, p50, p90, p99, max],
  limit: 20,
}

/** Counts the requests to one endpoint. */
interface Endpoint {
  count(event: AuditEvent): void
  row(): Row
}

function perEndpoint(start: () => Endpoint, order: (a: Row, b: Row) => number): Summary {
  const endpoints = new Map<string, { readonly of: Row; readonly endpoint: Endpoint }>()
  return {
    count(event) {
      const of = {
        verb: event.verb,
        resource: event.text(FIELD.objectResource),
        subresource: event.text(FIELD.objectSubresource),
        api_group: event.text(FIELD.objectApiGroup),
      }
      const key = Object.values(of).join('\n')
      let found = endpoints.get(key)
      if (found === undefined) {
        found = { of, endpoint: start() }
        endpoints.set(key, found)
      }
      found.endpoint.count(event)
    },
    rows: () => [...endpoints.values()].map(({ of, endpoint }) => ({ ...of, ...endpoint.row() })).sort(order),
  }
}

const isRefused = matcher(REFUSED)

function requestCounts(): Endpoint {
  const counts = { requests: 0, refused: 0, failed: 0 }
  return {
    count(event) {
      counts.requests++
      if (isRefused(event)) counts.refused++
      else if ((event.responseCode ?? 0) >= 500) counts.failed++
    },
    row: () => ({ ...counts }),
  }
}

function latencies(): Endpoint {
  const microseconds: number[] = []
  return {
    count(event) {
      const latency = latencyMicroseconds(event)
      if (latency !== undefined) microseconds.push(latency)
    },
    row() {
      microseconds.sort((a, b) => a - b)
      const ms = (share: number) => {
        const value = microseconds[Math.ceil(share * microseconds.length) - 1]
        return value === undefined ? undefined : value / 1000
      }
      return {
        requests: microseconds.length,
        p50_ms: ms(0.5),
        p90_ms: ms(0.9),
        p99_ms: ms(0.99),
        max_ms: ms(1),
      }
    },
  }
}

const mostRequests = (a: Row, b: Row) => Number(b.requests) - Number(a.requests)
const slowest = (a: Row, b: Row) => Number(b.p99_ms ?? 0) - Number(a.p99_ms ?? 0)
