import type { SetupStep } from '../../pipeline/contracts.ts'
import { RetryableError } from '../../pipeline/errors.ts'
import type { Database, Session } from '../../postgres/database.ts'
import { sqlState } from '../../postgres/failure.ts'
import { LOCK_SQL, MIGRATIONS_DDL, type Migration } from './migrations.ts'

const NO_TABLE = '42P01'
const NO_RIGHT = '42501'

/** Brings a table up to date, unless it is. A dry run only looks. @throws RetryableError when it could neither be looked at nor changed */
export async function migrate(
  database: Database,
  migrations: readonly Migration[],
  columns: readonly string[],
  dryRun: boolean,
  signal: AbortSignal,
): Promise<SetupStep> {
  const table = migrations[0]?.table ?? ''
  const what = `table ${table}`
  const missing = await missingOf(database, migrations, columns, signal)
  if (missing.length === 0) return { what, outcome: 'unchanged' }
  const isThere = await hasTable(database, table, signal)
  const request = requestOf(missing)
  const step: SetupStep = { what, outcome: isThere ? 'updated' : 'created', request }
  if (dryRun) return step
  try {
    await database.transaction(session => apply(session, migrations, columns, signal), signal)
    return step
  } catch (error) {
    if (sqlState(error) !== NO_RIGHT) throw error
    // An administrator may have made it without the note that it was done, or that note may be out of sight.
    if (await hasColumns(database, table, columns, signal)) return { what, outcome: 'unchanged' }
    return { what, outcome: 'forbidden', why: wordsOf(error), request }
  }
}

/** The step that makes a table in a database that is not there yet. */
export function firstStep(migrations: readonly Migration[]): SetupStep {
  return { what: `table ${migrations[0]?.table}`, outcome: 'created', request: requestOf(migrations) }
}

function requestOf(missing: readonly Migration[]): string {
  return [MIGRATIONS_DDL, ...missing.map(({ sql }) => sql), ...missing.map(noteSql)].join('\n')
}

/** Tables and notes in one transaction: they are there together, or not at all. */
async function apply(
  session: Session,
  migrations: readonly Migration[],
  columns: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await session.query(LOCK_SQL)
  await session.query(MIGRATIONS_DDL)
  for (const migration of await missingOf(session, migrations, columns, signal)) {
    await session.query(migration.sql)
    await session.query(noteSql(migration))
  }
}

/** What was not done yet by the notes; all when something is gone that they say was made. */
async function missingOf(
  session: Session,
  migrations: readonly Migration[],
  columns: readonly string[],
  signal: AbortSignal,
): Promise<readonly Migration[]> {
  const table = migrations[0]?.table ?? ''
  if (!(await hasColumns(session, table, columns, signal))) return migrations
  const done = await session
    .query<{ table_name: string; version: number }>(
      'SELECT table_name, version FROM auditship_migrations',
      [],
      signal,
    )
    .catch((error: unknown) => {
      if (sqlState(error) === NO_TABLE || sqlState(error) === NO_RIGHT) return []
      throw error
    })
  const isDone = ({ table, version }: Migration) =>
    done.some(note => note.table_name === table && note.version === version)
  return migrations.filter(migration => !isDone(migration))
}

async function hasTable(session: Session, table: string, signal: AbortSignal): Promise<boolean> {
  const rows = await session.query('SELECT 1 WHERE to_regclass($1) IS NOT NULL', [table], signal)
  return rows.length > 0
}

async function hasColumns(
  session: Session,
  table: string,
  columns: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const rows = await session.query<{ attname: string }>(
    'SELECT attname FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped',
    [table],
    signal,
  )
  const found = new Set(rows.map(({ attname }) => attname))
  return columns.every(column => found.has(column))
}

function noteSql({ table, version }: Migration): string {
  return `INSERT INTO auditship_migrations (table_name, version) VALUES ('${table}', ${version}) ON CONFLICT DO NOTHING;`
}

function wordsOf(error: unknown): string {
  if (!(error instanceof RetryableError)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
