import { RetryableError } from '../../pipeline/errors.ts'
import type { Log } from '../../pipeline/log.ts'
import { AUDIT_EVENTS_TABLE } from '../../postgres/audit-events-table.ts'
import type { Database } from '../../postgres/database.ts'
import { LOCK_SQL } from './migrations.ts'

const DAY_MS = 86_400_000
/** A statement that waits for a lock holds up all that come after it. */
const LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'"

const FIND_TABLE = `
SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass($1) AND inhparent = to_regclass($2)) AS attached
WHERE to_regclass($1) IS NOT NULL`

/** The partitions of `audit_events`, one for each UTC day. */
export class Partitions {
  readonly #database: Database
  #known = new Set<string>()

  constructor(database: Database) {
    this.#database = database
  }

  /** Makes those of these days that are missing. @throws RetryableError when it cannot */
  async make(days: Iterable<string>, signal: AbortSignal): Promise<void> {
    const unknown = [...days].filter(day => !this.#known.has(day)).toSorted()
    if (unknown.length === 0) return
    const there = new Set(await this.#list(signal))
    for (const day of unknown) {
      if (!there.has(day)) await this.#make(day, signal)
      this.#known.add(day)
    }
  }

  /** Forgets which are there: one that was there is gone. */
  forget(): void {
    this.#known = new Set()
  }

  /** Drops those whose last event is older than so many days, and says so. */
  async dropOld(retentionDays: number, log: Log, signal: AbortSignal): Promise<void> {
    const oldest = new Date(Date.now() - retentionDays * DAY_MS).toISOString().slice(0, 10)
    const old = (await this.#list(signal)).filter(day => day < oldest)
    for (const day of old.toSorted()) {
      await this.#database.transaction(async session => {
        await session.query(LOCK_TIMEOUT)
        await session.query(LOCK_SQL)
        await session.query(`DROP TABLE IF EXISTS ${nameOf(day)}`)
      }, signal)
      this.#known.delete(day)
      log.info(`dropped ${nameOf(day)}: its events are older than ${retentionDays} days`)
    }
  }

  /** Attached, not created as a partition: that would wait for everyone who reads the table, and hold up everyone after it. */
  async #make(day: string, signal: AbortSignal): Promise<void> {
    const next = new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)
    await this.#database.transaction(async session => {
      await session.query(LOCK_TIMEOUT)
      await session.query(LOCK_SQL)
      const [there] = await session.query<{ attached: boolean }>(FIND_TABLE, [
        nameOf(day),
        AUDIT_EVENTS_TABLE,
      ])
      if (there?.attached === false)
        throw new RetryableError(
          `the table ${nameOf(day)} is no partition of ${AUDIT_EVENTS_TABLE}, it was detached or is another one: attach it, rename it or drop it`,
          { needsOperator: true },
        )
      if (there !== undefined) return
      await session.query(`CREATE TABLE ${nameOf(day)} (LIKE ${AUDIT_EVENTS_TABLE} INCLUDING ALL)`)
      await session.query(
        `ALTER TABLE ${AUDIT_EVENTS_TABLE} ATTACH PARTITION ${nameOf(day)} ` +
          `FOR VALUES FROM ('${day} 00:00:00+00') TO ('${next} 00:00:00+00')`,
      )
    }, signal)
  }

  async #list(signal: AbortSignal): Promise<string[]> {
    const rows = await this.#database.query<{ relname: string }>(
      'SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass($1)',
      [AUDIT_EVENTS_TABLE],
      signal,
    )
    return rows.flatMap(({ relname }) => dayOf(relname) ?? [])
  }
}

/** `audit_events_20260131` for `2026-01-31`. */
function nameOf(day: string): string {
  return `${AUDIT_EVENTS_TABLE}_${day.replaceAll('-', '')}`
}

function dayOf(name: string): string | undefined {
  const [, year, month, day] = /^audit_events_(\d{4})(\d\d)(\d\d)$/.exec(name) ?? []
  return year && `${year}-${month}-${day}`
}
