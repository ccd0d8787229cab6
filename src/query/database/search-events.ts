import type { AuditEvent } from '../../audit/event.ts'
import { parseEvent } from '../../audit/scan.ts'
import type { Database, Parameter } from '../../postgres/database.ts'
import type { Condition } from '../condition.ts'
import { matcher } from '../matcher.ts'
import { eventClause } from './event-clause.ts'

/** Rows of one statement: events may be large, and an embedded database answers through its agent's memory. */
const PAGE = 500

/** Hands over the events of `audit_events` that meet the condition, in the order of their stages' times. */
export async function searchEvents(
  database: Database,
  condition: Condition,
  found: (event: AuditEvent) => void,
): Promise<void> {
  const matches = matcher(condition)
  const parameters: Parameter[] = []
  const clause = eventClause(condition, parameters) ?? 'true'
  const [time, id] = [`$${parameters.length + 1}`, `$${parameters.length + 2}`]
  const sql = `SELECT id, timestamp, coalesce(event::text, event_text) AS line FROM audit_events
    WHERE ${clause} AND (timestamp, id) > (${time}::timestamptz, ${id}) ORDER BY timestamp, id LIMIT ${PAGE}`
  let after = { timestamp: '-infinity', id: '' }
  for (;;) {
    const rows = await database.query<{ id: string; timestamp: string; line: string | null }>(sql, [
      ...parameters,
      after.timestamp,
      after.id,
    ])
    for (const { line } of rows) {
      const event = parseEvent(line ?? '')
      if (matches(event)) found(event)
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) return
    after = last
  }
}
