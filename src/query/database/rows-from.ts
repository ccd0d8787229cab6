import type { Database } from '../../postgres/database.ts'
import type { Condition } from '../condition.ts'
import type { Question } from '../question.ts'
import type { Row } from '../row.ts'
import { searchEvents } from './search-events.ts'
import { searchSessions } from './search-sessions.ts'

/**
 * Answers from `change_events` or, what is not about sessions, from `audit_events`.
 * @throws Error that says what to do when that table is missing
 */
export async function rowsFrom(database: Database, question: Question, condition: Condition): Promise<Row[]> {
  const table = question.isAboutSessions ? 'change_events' : 'audit_events'
  const [found] = await database.query('SELECT to_regclass($1) IS NOT NULL AS exists', [table])
  if (found?.exists !== true) throw new Error(noTable(table, question.name, database.place))
  if (question.isAboutSessions) return searchSessions(database, condition)
  const collector = question.collect()
  await searchEvents(database, condition, event => collector.add(event))
  return collector.rows()
}

function noTable(table: string, question: string, place: string): string {
  const what = `${place} has no table ${table}, which ${question} needs`
  return table === 'audit_events'
    ? `${what}: the postgres exporter fills it with \`events: all\`. Set that, or name the log by --file or --provider`
    : `${what}: the postgres exporter makes it`
}
