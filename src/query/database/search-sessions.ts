import type { AttributeValue } from '../../audit/attributes.ts'
import { parseTimestampText } from '../../audit/time.ts'
import type { Database, Parameter } from '../../postgres/database.ts'
import type { Condition } from '../condition.ts'
import { evaluator, type Reading } from '../evaluate.ts'
import { WrongFilter } from '../filters.ts'
import { inOrder, type Row } from '../row.ts'
import { type Session, sessionRow } from '../session-row.ts'
import { timeText } from './event-clause.ts'

/** A row of `change_events`. */
interface StoredSession extends Session {
  readonly id: string
  readonly timestamp: string
}

const PAGE = 1_000

/** The sessions of `change_events` that meet the condition, the oldest first. @throws WrongFilter for what the table does not keep */
export async function searchSessions(database: Database, condition: Condition): Promise<Row[]> {
  const matches = evaluator(condition, READING)
  const parameters: Parameter[] = []
  const clauses = timeClauses(condition, parameters)
  const [time, id] = [`$${parameters.length + 1}`, `$${parameters.length + 2}`]
  const sql = `SELECT * FROM change_events WHERE ${[...clauses, `(timestamp, id) > (${time}::timestamptz, ${id})`].join(' AND ')}
    ORDER BY timestamp, id LIMIT ${PAGE}`
  const found: StoredSession[] = []
  let after: Pick<StoredSession, 'timestamp' | 'id'> = { timestamp: '-infinity', id: '' }
  for (;;) {
    const rows = (await database.query(sql, [
      ...parameters,
      after.timestamp,
      after.id,
    ])) as unknown as StoredSession[]
    found.push(...rows.filter(matches))
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) break
    after = last
  }
  return inOrder(
    found.map(session => ({ row: sessionRow(session), time: parseTimestampText(session.timestamp) })),
  )
}

/** The table is small: only the time, by which it is indexed, is left to PostgreSQL. */
function timeClauses(condition: Condition, parameters: Parameter[]): string[] {
  if (condition.kind === 'all') return condition.parts.flatMap(part => timeClauses(part, parameters))
  if (condition.kind !== 'received') return []
  const { since, until } = condition
  return [
    ...(since === undefined ? [] : [`timestamp >= $${parameters.push(timeText(since))}::timestamptz`]),
    ...(until === undefined ? [] : [`timestamp <= $${parameters.push(timeText(until))}::timestamptz`]),
  ]
}

/** The attributes of events that a session knows. */
const ATTRIBUTES: Readonly<Record<string, (session: StoredSession) => AttributeValue | undefined>> = {
  operation: ({ operation }) => operation,
  'user.username': ({ actor }) => actor.username,
  'impersonated_user.username': ({ actor }) => actor.impersonated?.username,
  namespace: ({ namespace }) => namespace,
  name: ({ name, exec_metadata }) => [
    name,
    ...(exec_metadata?.node_name === undefined ? [] : [exec_metadata.node_name]),
  ],
  'reached.namespace': ({ namespace }) => namespace,
  'reached.name': ({ name }) => name,
  'response.code': ({ response_code }) => response_code ?? undefined,
  decision: ({ allowed }) => (allowed === false ? 'forbid' : undefined),
  source_ips: ({ actor }) => (actor.source_ip === undefined ? [] : [actor.source_ip]),
}

const READING: Reading<StoredSession> = {
  value(attribute) {
    const read = ATTRIBUTES[attribute]
    if (read !== undefined) return read
    throw new WrongFilter(
      `--${attribute}: change_events does not keep it; name the log by --file or --provider`,
    )
  },
  received: ({ timestamp }) => parseTimestampText(timestamp),
  body: () => () => false,
}
