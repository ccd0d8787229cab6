import type { Parameter } from '../../postgres/database.ts'
import type { Condition } from '../condition.ts'
import { likePattern } from './like-pattern.ts'

/** Access is known by the subresource or, without objectRef, by the path: the columns of access are null on most events. */
const MAY_BE_ACCESS = `(coalesce(subresource, event->'objectRef'->>'subresource') IN ('exec', 'attach', 'portforward', 'proxy', 'ephemeralcontainers')
  OR resource IS NULL OR event IS NULL)`
const OF_ACCESS = /^(operation$|exec\.|reached\.)/
/** Lists, and what is not compared in SQL. */
const UNCOMPARED = /^(source_ips|user\.groups|impersonated_user\.groups|stage)$/

/**
 * What a row of `audit_events` must meet for its event to meet the condition, or undefined when SQL cannot say: whoever
 * asks checks the event itself again. A column is null, too, where the configuration leaves its attribute out, so null
 * never excludes a row. Values go into `parameters`.
 */
export function eventClause(condition: Condition, parameters: Parameter[]): string | undefined {
  const parameter = (value: Parameter) => `$${parameters.push(value)}`
  switch (condition.kind) {
    case 'is': {
      if (OF_ACCESS.test(condition.attribute)) return MAY_BE_ACCESS
      if (UNCOMPARED.test(condition.attribute)) return undefined
      const column = columnOf(condition.attribute)
      return orUnknown(column, `${column}::text = ANY (${parameter(condition.values.map(String))})`)
    }
    case 'startsWith':
      return likeClause(condition.attribute, `${condition.prefix.replace(/[\\%_]/g, '\\$&')}%`, parameter)
    case 'like':
      return likeClause(condition.attribute, likePattern(condition.pattern), parameter)
    case 'between': {
      const column = columnOf(condition.attribute)
      return orUnknown(
        column,
        `${column} BETWEEN ${parameter(condition.from)} AND ${parameter(condition.to)}`,
      )
    }
    case 'received':
      return receivedClause(condition, parameter)
    case 'all': {
      const parts = condition.parts
        .map(part => eventClause(part, parameters))
        .filter(part => part !== undefined)
      return parts.length === 0 ? undefined : `(${parts.join(' AND ')})`
    }
    case 'any': {
      const before = parameters.length
      const parts = condition.parts.map(part => eventClause(part, parameters))
      if (!parts.includes(undefined)) return `(${parts.join(' OR ')})`
      parameters.length = before // PostgreSQL takes no value that is not used
      return undefined
    }
    default:
      return undefined
  }
}

const columnOf = (attribute: string) => `"${attribute.replaceAll('.', '_')}"`
const orUnknown = (column: string, clause: string) => `(${column} IS NULL OR ${clause})`

function likeClause(attribute: string, pattern: string, parameter: (value: Parameter) => string) {
  if (OF_ACCESS.test(attribute)) return MAY_BE_ACCESS
  if (UNCOMPARED.test(attribute)) return undefined
  const column = columnOf(attribute)
  return orUnknown(column, `${column} LIKE ${parameter(pattern)}`)
}

/** `timestamp` is that of the stage, which comes after the request: it lets PostgreSQL leave whole days out. */
function receivedClause(
  { since, until }: Condition & { kind: 'received' },
  parameter: (value: Parameter) => string,
): string {
  const clauses: string[] = []
  const column = 'request_received_timestamp'
  if (since !== undefined) {
    const from = `${parameter(timeText(since))}::timestamptz`
    clauses.push(orUnknown(column, `${column} >= ${from}`), `timestamp >= ${from} - interval '1 day'`)
  }
  if (until !== undefined)
    clauses.push(orUnknown(column, `${column} <= ${parameter(timeText(until))}::timestamptz`))
  return `(${clauses.join(' AND ')})`
}

/** PostgreSQL keeps microseconds. */
export function timeText(nanoseconds: bigint): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  return `${seconds}.${String((nanoseconds % 1_000_000_000n) / 1000n).padStart(6, '0')}Z`
}
