import type { AttributeValue } from '../../audit/attributes.ts'
import { parseTimestampText } from '../../audit/time.ts'
import type { Database, Parameter } from '../../postgres/database.ts'
import type { Condition } from '../condition.ts'
import { evaluator, type Reading } from '../evaluate.ts'
import { WrongFilter } from '../filters.ts'
import { inOrder, type Row } from '../row.ts'
import { timeText } from './event-clause.ts'

/** A row of `change_events`; those of kubechronicle lack auditship's columns. */
interface Session {
  readonly id: string
  readonly timestamp: string
  readonly operation: string
  readonly resource_kind: string
  readonly namespace: string
  readonly name: string
  readonly actor: {
    readonly username?: string
    readonly source_ip?: string
    readonly impersonated?: { readonly username?: string }
  }
  readonly source: { readonly tool?: string }
  readonly allowed: boolean | null
  readonly exec_metadata: {
    readonly command?: readonly string[]
    readonly container?: string
    readonly stdin?: boolean
    readonly tty?: boolean
    readonly node_name?: string
    readonly image?: string
  } | null
  readonly audit_id: string | null
  readonly stage: string | null
  readonly response_code: number | null
  readonly ended_at: string | null
  readonly duration_ms: number | null
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
  const found: Session[] = []
  let after: Pick<Session, 'timestamp' | 'id'> = { timestamp: '-infinity', id: '' }
  for (;;) {
    const rows = (await database.query(sql, [
      ...parameters,
      after.timestamp,
      after.id,
    ])) as unknown as Session[]
    found.push(...rows.filter(matches))
    const last = rows.at(-1)
    if (last === undefined || rows.length < PAGE) break
    after = last
  }
  return inOrder(found.map(session => ({ row: rowOf(session), time: parseTimestampText(session.timestamp) })))
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
const ATTRIBUTES: Readonly<Record<string, (session: Session) => AttributeValue | undefined>> = {
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

const READING: Reading<Session> = {
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

/** As `sessionRow` makes it of events. */
function rowOf({ actor, exec_metadata: exec, ...session }: Session): Row {
  return {
    started: session.timestamp,
    user: actor.username,
    as: actor.impersonated?.username,
    source_ip: actor.source_ip,
    operation: session.operation,
    kind: session.resource_kind,
    namespace: session.namespace === '' ? undefined : session.namespace,
    name: session.name,
    container: exec?.container,
    node: exec?.node_name,
    command: exec?.command,
    image: exec?.image,
    stdin: exec?.stdin,
    tty: exec?.tty,
    allowed: session.allowed ?? undefined,
    code: session.response_code ?? undefined,
    ended: session.ended_at ?? undefined,
    duration_ms: session.duration_ms ?? undefined,
    tool: session.source.tool,
    stage: session.stage ?? undefined,
    audit_id: session.audit_id ?? undefined,
  }
}
