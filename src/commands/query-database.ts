import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { connectionOptions } from '../postgres/connection-options.ts'
import { openForReading, urlOf } from '../postgres/open-database.ts'
import { rowsFrom } from '../query/database/rows-from.ts'
import { WrongFilter } from '../query/filters.ts'
import { EXIT } from './exit-code.ts'
import { writeAnswer } from './query-answer.ts'
import type { Query, QueryOptions } from './query-asked.ts'

/** State folders that are looked at when none is named: of `npm start`, and of an agent. */
const STATE_DIRS = ['.auditship', '/var/lib/auditship']

/** Answers from PostgreSQL: the server of --url or DATABASE_URL, else the one embedded in an agent's state folder. Resolves to the exit code. */
export async function answerFromDatabase(query: Query, options: QueryOptions): Promise<number> {
  if (options.follow)
    throw new WrongFilter('--follow: shows what is written to a log; name one by --file or --provider')
  const parsed = z
    .strictObject(connectionOptions())
    .safeParse(options.url === undefined ? {} : { url: options.url })
  if (!parsed.success) throw new WrongFilter(`--url: ${parsed.error.issues[0]?.message}`)
  const database = await openForReading(parsed.data, stateDirOf(options, urlOf(parsed.data)))
  try {
    await writeAnswer(query, await rowsFrom(database, query.question, query.condition))
    return EXIT.ok
  } finally {
    await database.close()
  }
}

function stateDirOf({ stateDir }: QueryOptions, url: string | undefined): string {
  const found = stateDir ?? STATE_DIRS.find(folder => existsSync(join(folder, 'postgres', 'data')))
  if (found !== undefined || url !== undefined) return found ?? ''
  throw new WrongFilter(
    'where to look? Expected --file LOG, --provider k3s, --url postgres://… (or DATABASE_URL), or --state-dir of an agent ' +
      `that has run with the postgres exporter; there is none in ${STATE_DIRS.join(' or ')}`,
  )
}
