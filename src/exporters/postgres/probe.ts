import type { Probe } from '../../pipeline/contracts.ts'
import type { Database } from '../../postgres/database.ts'

const ASK = `
SELECT current_setting('server_version') AS version, current_user AS who,
  (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS time`

/** Null where there is no such table. */
const MAY_INSERT = `
SELECT name, has_table_privilege(to_regclass(name), 'INSERT') AS may FROM unnest($1::text[]) AS name`

/** Asks a database for its version and clock, and whether this user may write into the tables that are there. @throws RetryableError when it is away or refuses the user */
export async function probe(
  database: Database,
  tables: readonly string[],
  setsUp: boolean,
  signal: AbortSignal,
): Promise<Probe> {
  const [row] = await database.query<{ version: string; who: string; time: number }>(ASK, [], signal)
  const rights = await database.query<{ name: string; may: boolean | null }>(MAY_INSERT, [tables], signal)
  const missing = setsUp ? [] : rights.filter(({ may }) => may === null)
  const denied = rights.filter(({ may }) => may === false)
  const problems = [
    ...missing.map(({ name }) => `there is no table ${name}, and setup.enabled is false`),
    ...denied.map(({ name }) => `${row?.who} may not insert into ${name}`),
  ]
  return {
    answered: `${database.place} is PostgreSQL ${row?.version}`,
    problem: problems.length === 0 ? undefined : problems.join('; '),
    time: row?.time,
  }
}
