import { all, is, not, type Query } from './query.ts'

/** Index pattern of audit events. */
export const AUDIT_EVENTS = 'k8s-audit*'
/** Index with one document for each request for interactive access. */
export const CHANGE_EVENTS = 'change_events'

/** A question that people ask of an audit log: a saved search, and a section of docs/queries.md. */
export interface Question {
  readonly id: string
  readonly title: string
  readonly index: typeof AUDIT_EVENTS | typeof CHANGE_EVENTS
  /** What the hits are, and what they cannot be. */
  readonly says: string
  readonly query: Query
  readonly columns: readonly string[]
  /** Also asked in docs/queries.md: the `aggs` of a search. */
  readonly aggregations?: object
}

/** The full name of an attribute. */
export const attribute = (name: string) => `k8s.auditlog.${name}`

/** What is shown of an audit event, before the columns of the question. */
const WHO = ['user.username', 'source_ips'] as const
const WHAT = ['verb', 'resource', 'subresource', 'namespace', 'name', 'response.code'] as const

/** A question about audit events. RequestReceived is left out: the same request is there again with its answer. */
export function aboutEvents(
  id: string,
  title: string,
  says: string,
  query: Query | undefined,
  more: { columns?: readonly string[]; aggregations?: object } = {},
): Question {
  const answered = not(is(attribute('stage'), 'RequestReceived'))
  const { columns = WHAT, aggregations } = more
  return {
    id,
    title,
    index: AUDIT_EVENTS,
    says,
    query: query === undefined ? answered : all(...(query.kind === 'all' ? query.parts : [query]), answered),
    columns: [...WHO, ...columns].map(attribute),
    ...(aggregations !== undefined && { aggregations }),
  }
}

const SESSION_COLUMNS = [
  'operation',
  'actor.username',
  'actor.source_ip',
  'namespace',
  'name',
  'exec_metadata.command',
  'allowed',
  'duration_ms',
]

/** A question about interactive access. */
export function aboutSessions(id: string, title: string, says: string, query: Query): Question {
  return { id, title, index: CHANGE_EVENTS, says, query, columns: SESSION_COLUMNS }
}
