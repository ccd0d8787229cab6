import { type ChangeEvent, changeEvent, mergeChangeEvents } from '../../audit/change-event.ts'
import type { AuditEvent } from '../../audit/event.ts'
import {
  CHANGE_EVENTS_COLUMNS,
  CHANGE_EVENTS_TABLE,
  LONGEST_NAME,
  LONGEST_USERNAME,
} from '../../postgres/change-events-table.ts'
import { shortened, storableJson, storableNanos, storableTime } from './storable.ts'

const NANOS_PER_MS = 1_000_000n

/** The rows of `change_events` that a batch tells about, as JSON for `UPSERT_CHANGE_EVENTS`; undefined when there are none. */
export function changeEventRows(events: readonly AuditEvent[], cluster: string): string | undefined {
  // One statement may not write a row twice, so stages of one request become one here.
  const requests = new Map<string, { change: ChangeEvent; readAt: number }>()
  for (const event of events) {
    const change = changeEvent(event, { cluster })
    if (change === undefined) continue
    const other = requests.get(change.id)
    const merged = other === undefined ? change : mergeChangeEvents(other.change, change)
    requests.set(change.id, { change: merged, readAt: event.readAt })
  }
  if (requests.size === 0) return undefined
  // All agents write in one order, so that they do not lock rows crosswise.
  const rows = [...requests.values()].toSorted((a, b) => (a.change.id < b.change.id ? -1 : 1))
  return JSON.stringify(rows.map(({ change, readAt }) => rowOf(change, readAt)))
}

function rowOf(change: ChangeEvent, readAt: number): object {
  const { diff, object_snapshot, block_pattern, ...known } = storableJson(change) as ChangeEvent
  const { actor, namespace, name, timestamp, started_at, ended_at } = known
  return {
    ...known,
    timestamp: storableTime(timestamp) ?? storableNanos(BigInt(readAt) * NANOS_PER_MS),
    started_at: storableTime(started_at),
    ended_at: storableTime(ended_at),
    namespace: shortened(namespace, LONGEST_NAME),
    name: shortened(name, LONGEST_NAME),
    actor: { ...actor, username: shortened(actor.username, LONGEST_USERNAME) },
  }
}

const MERGED = CHANGE_EVENTS_COLUMNS.map(({ name }) => name).filter(name => name !== 'id')
const STAGES = "ARRAY['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']"
const rank = (row: string) => `coalesce(array_position(${STAGES}, ${row}.stage::text), 0)`
const IS_LATER = `${rank('excluded')} > ${rank('known')}`

/**
 * What `mergeChangeEvents` says, in SQL: a row keeps what it has, but for what a later stage says differently. A repeat
 * changes nothing. `$1` is an array of rows as JSON, each id once.
 */
export const UPSERT_CHANGE_EVENTS = `
INSERT INTO ${CHANGE_EVENTS_TABLE} AS known (${CHANGE_EVENTS_COLUMNS.map(({ name }) => name).join(', ')})
SELECT * FROM json_to_recordset($1) AS row (${CHANGE_EVENTS_COLUMNS.map(({ name, type }) => `${name} ${type}`).join(', ')})
ON CONFLICT (id) DO UPDATE SET
  ${MERGED.map(name => `${name} = CASE WHEN ${IS_LATER} THEN coalesce(excluded.${name}, known.${name}) ELSE coalesce(known.${name}, excluded.${name}) END`).join(',\n  ')}
WHERE ${IS_LATER} OR ${MERGED.map(name => `(known.${name} IS NULL AND excluded.${name} IS NOT NULL)`).join(' OR ')}
`.trim()
