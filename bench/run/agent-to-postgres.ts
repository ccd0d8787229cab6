import {
  adminOf,
  type PostgresServer,
  postgresUnavailable,
  startPostgres,
} from '../../test/servers/postgres.ts'
import { agentRun } from './agent-run.ts'
import type { Contender, Missing } from './contender.ts'
import type { CorpusFile } from './corpus-file.ts'

/** What the exporter writes, and which table then has how many rows of the corpus. */
const TABLES = {
  /** By default: interactive access, of which each event of the corpus is a request of its own. */
  interactive: { table: 'change_events', rows: ({ counts }: CorpusFile) => counts.classes.exec.events },
  /** Each event, as the other exporters do: comparable with them. */
  all: { table: 'audit_events', rows: ({ counts }: CorpusFile) => counts.events },
}

/** The agent's variants that write to PostgreSQL: a server of their own, started with the first run. */
export function agentsToPostgres(): (Contender | Missing)[] {
  const advice = postgresUnavailable()
  if (advice !== undefined)
    return [
      { name: 'postgres-all', advice },
      { name: 'postgres', advice },
    ]
  return [contender('postgres-all', 'all'), contender('postgres', 'interactive')]
}

function contender(name: string, events: keyof typeof TABLES): Contender {
  const { table, rows } = TABLES[events]
  const ends: (() => unknown)[] = []
  const untilClosed = { after: (end: () => unknown) => void ends.push(end) }
  let starting: Promise<PostgresServer> | undefined
  return {
    name,
    kind: 'agent',
    async run(corpus) {
      starting ??= startPostgres(untilClosed, { fsync: 'on' })
      const { url, admin, name } = await (await starting).newDatabase(untilClosed)
      const measurement = await agentRun(corpus, { exporters: { postgres: { url, events } } })
      const [row] = await admin.query<{ count: string }>(`SELECT count(*) FROM ${table}`)
      const [found, expected] = [Number(row?.count), rows(corpus)]
      await admin.close()
      const root = adminOf((await starting).url())
      await root.query(`DROP DATABASE ${name}`) // hundreds of megabytes
      await root.close()
      return {
        ...measurement,
        wrong: found === expected ? undefined : `${table} has ${found} rows, expected ${expected}`,
      }
    },
    async close() {
      for (const end of ends.reverse()) await end()
    },
  }
}
