import { ATTRIBUTES, type AttributeDefinition } from '../audit/attributes.ts'
import type { ColumnDefinition } from './change-events-table.ts'

/** Name of the table with every audit event, partitioned by the UTC day of `timestamp`. */
export const AUDIT_EVENTS_TABLE = 'audit_events'

/** The `timestamp` of an event that has no valid time. It must be the same whenever the event is read. */
export const UNDATED = '-infinity'

/** A column that holds an attribute. */
export interface AttributeColumn extends ColumnDefinition {
  readonly attribute: AttributeDefinition
}

/** The columns of attributes, in the order of the attribute table; null where the event has no such attribute or the configuration leaves it out. */
export const ATTRIBUTE_COLUMNS: readonly AttributeColumn[] = ATTRIBUTES.map(attribute => ({
  name: attributeColumn(attribute),
  type: typeOf(attribute),
  attribute,
}))

/**
 * All columns of `audit_events`. SQL over it takes names and types from here; quote the names, `index` and `name` are among
 * them. Beside the attributes: `id`, the same for every copy of a line; `timestamp`, when the stage was reached; `cluster`,
 * `node_name` of the configuration; `own_attributes`, those that the configuration adds, by name; `event`, the raw event; `event_text`, the raw line where PostgreSQL does not take it as JSON.
 */
export const AUDIT_EVENTS_COLUMNS: readonly ColumnDefinition[] = [
  { name: 'id', type: 'text' },
  { name: 'timestamp', type: 'timestamptz' },
  { name: 'cluster', type: 'text' },
  { name: 'node_name', type: 'text' },
  ...ATTRIBUTE_COLUMNS.map(({ name, type }) => ({ name, type })),
  { name: 'own_attributes', type: 'jsonb' },
  { name: 'event', type: 'jsonb' },
  { name: 'event_text', type: 'text' },
]

/** The column of an attribute: `k8s.auditlog.user.username` is in `user_username`. */
export function attributeColumn({ name }: Pick<AttributeDefinition, 'name'>): string {
  return name.replace(/^k8s\.auditlog\./, '').replaceAll('.', '_')
}

/** The table, its indexes and the partition of events without a time. Usernames of any length fit a hash index. */
export const AUDIT_EVENTS_DDL = `
CREATE TABLE IF NOT EXISTS audit_events (
${AUDIT_EVENTS_COLUMNS.map(({ name, type }) => `  "${name}" ${type}${name === 'cluster' ? ' NOT NULL' : ''}`).join(',\n')},
  PRIMARY KEY (id, timestamp)
) PARTITION BY RANGE (timestamp);
CREATE INDEX IF NOT EXISTS audit_events_timestamp ON audit_events (timestamp);
CREATE INDEX IF NOT EXISTS audit_events_user ON audit_events USING HASH (user_username);
CREATE INDEX IF NOT EXISTS audit_events_operation ON audit_events (operation) WHERE operation IS NOT NULL;
CREATE TABLE IF NOT EXISTS audit_events_undated PARTITION OF audit_events FOR VALUES FROM (MINVALUE) TO ('1970-01-01 00:00:00+00');
`.trim()

function typeOf({ kind, mapping }: AttributeDefinition): string {
  if (mapping === 'date_nanos') return 'timestamptz'
  if (mapping === 'ip') return 'inet[]'
  return { string: 'text', 'string[]': 'text[]', int: 'bigint', bool: 'boolean' }[kind]
}
