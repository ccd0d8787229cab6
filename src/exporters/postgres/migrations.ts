import { AUDIT_EVENTS_DDL, AUDIT_EVENTS_TABLE } from '../../postgres/audit-events-table.ts'
import { CHANGE_EVENTS_DDL, CHANGE_EVENTS_TABLE } from '../../postgres/change-events-table.ts'

/** One change of a table. What was released is never edited: what comes next is a further version. */
export interface Migration {
  readonly table: string
  /** From 1, for each table. */
  readonly version: number
  /** Statements that may run again. */
  readonly sql: string
}

/** What `change_events` takes. */
export const CHANGE_EVENTS_MIGRATIONS: readonly Migration[] = [
  { table: CHANGE_EVENTS_TABLE, version: 1, sql: CHANGE_EVENTS_DDL },
]

/** What `audit_events` takes. */
export const AUDIT_EVENTS_MIGRATIONS: readonly Migration[] = [
  { table: AUDIT_EVENTS_TABLE, version: 1, sql: AUDIT_EVENTS_DDL },
]

/** Remembers what was done. */
export const MIGRATIONS_DDL = `
CREATE TABLE IF NOT EXISTS auditship_migrations (
  table_name TEXT NOT NULL,
  version INT NOT NULL,
  applied_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (table_name, version)
);
`.trim()

/** One at a time in a database changes tables or partitions. The number is arbitrary: "audi" in ASCII. */
export const LOCK_SQL = 'SELECT pg_advisory_xact_lock(1635083369)'
