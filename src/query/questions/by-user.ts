import type { AuditEvent } from '../../audit/event.ts'
import { FIELD } from '../../audit/fields.ts'
import { parseEvent } from '../../audit/scan.ts'
import { eachRequestOnce, type Summary } from '../collect.ts'
import { all, any, type Condition, exists, is, not, startsWith } from '../condition.ts'
import { matcher } from '../matcher.ts'
import { COLUMN } from '../output/columns.ts'
import type { Question } from '../question.ts'
import { receivedAt } from '../received-at.ts'
import type { Row } from '../row.ts'
import { REFUSED, SERVICE_ACCOUNT, WRITES } from './conditions.ts'

const { user, requests, writes, secrets, refused, first, last } = COLUMN

/** People and programs with credentials of their own; k3s and OpenShift let administrators in as `system:admin`. */
const PEOPLE = any(
  is('user.username', 'system:admin'),
  all(exists('user.username'), not(startsWith('user.username', 'system:'))),
)

/** Questions whose answer has a row for each user. */
export const USER_QUESTIONS: readonly Question[] = [
  byUser(
    'service-accounts',
    'What each service account did: requests, writes, secrets, refusals',
    SERVICE_ACCOUNT,
  ),
  byUser('people', 'What each person did, and each program that is no part of the cluster', PEOPLE),
]

function byUser(name: string, help: string, condition: Condition): Question {
  return {
    name,
    help,
    condition: () => condition,
    collect: () => eachRequestOnce(users(), parseEvent),
    columns: [user, requests, writes, secrets, refused, first, last],
  }
}

interface Counts {
  requests: number
  writes: number
  secrets: number
  refused: number
  first: TimeSeen
  last: TimeSeen
}

type TimeSeen = { readonly text: string; readonly time: bigint } | undefined

const isWrite = matcher(WRITES)
const isRefused = matcher(REFUSED)

function users(): Summary {
  const byName = new Map<string, Counts>()
  return {
    count(event) {
      const name = event.username ?? ''
      const counts = byName.get(name) ?? {
        requests: 0,
        writes: 0,
        secrets: 0,
        refused: 0,
        first: undefined,
        last: undefined,
      }
      byName.set(name, counts)
      counts.requests++
      if (isWrite(event)) counts.writes++
      if (event.textIs(FIELD.objectResource, 'secrets')) counts.secrets++
      if (isRefused(event)) counts.refused++
      const seen = timeSeen(event)
      if (seen === undefined) return
      if (counts.first === undefined || seen.time < counts.first.time) counts.first = seen
      if (counts.last === undefined || seen.time > counts.last.time) counts.last = seen
    },
    rows: () => [...byName].map(([name, counts]) => rowOf(name, counts)).sort(mostFirst),
  }
}

function timeSeen(event: AuditEvent): TimeSeen {
  const time = receivedAt(event)
  const text =
    event.text(FIELD.requestReceivedTimestamp) ??
    event.text(FIELD.stageTimestamp) ??
    event.text(FIELD.timestamp)
  return time === undefined || text === undefined ? undefined : { text, time }
}

function rowOf(user: string, { first, last, ...counts }: Counts): Row {
  return { user, ...counts, first: first?.text, last: last?.text }
}

const mostFirst = (a: Row, b: Row) => Number(b.requests) - Number(a.requests)
