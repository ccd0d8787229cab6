import { readFileSync } from 'node:fs'
import { all } from '../../src/query/condition.ts'
import { type FilterOptions, filterCondition } from '../../src/query/filters.ts'
import { openFiles } from '../../src/query/logs/log-files.ts'
import { type SearchReport, searchLogs } from '../../src/query/logs/search-logs.ts'
import type { Question } from '../../src/query/question.ts'
import { QUESTIONS } from '../../src/query/questions.ts'
import type { Row } from '../../src/query/row.ts'
import type { RawEvent } from '../deploy/raw-event.ts'

export const NOW = Date.parse('2026-11-21T12:00:00Z')

/** The question of that name. */
export function questionOf(name: string): Question {
  const question = QUESTIONS.find(candidate => candidate.name === name)
  if (question === undefined) throw new Error(`no question ${name}`)
  return question
}

/** What the program answers from files. */
export async function answer(
  name: string,
  files: readonly string[],
  argument = '',
  filters: FilterOptions = {},
): Promise<{ readonly rows: readonly Row[]; readonly report: SearchReport }> {
  const question = questionOf(name)
  const collector = question.collect()
  const condition = all(question.condition(argument), filterCondition(filters, NOW))
  const signal = new AbortController().signal
  const report = await searchLogs(
    await openFiles(files),
    condition,
    event => collector.add(event),
    () => {},
    signal,
  )
  return { rows: collector.rows(), report }
}

/** The lines of a log by `JSON.parse`, and nothing of the program. */
export function rawEvents(file: string): RawEvent[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as RawEvent)
}

const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']

/** The events of each request that meet the predicate, in the order of their stages; of one line that stands there twice one. */
export function requestsOf(
  events: readonly RawEvent[],
  predicate: (event: RawEvent) => boolean,
): (readonly RawEvent[])[] {
  const groups = Map.groupBy(events.filter(predicate), event =>
    JSON.stringify([event.auditID, event.requestReceivedTimestamp, event.user?.username, event.requestURI]),
  )
  const byStage = (a: RawEvent, b: RawEvent) => STAGES.indexOf(a.stage ?? '') - STAGES.indexOf(b.stage ?? '')
  return [...groups.values()].map(group => group.toSorted(byStage))
}

/** Rows or the like in an order of their own, for comparison. */
export const sorted = (rows: readonly object[]) => rows.map(row => JSON.stringify(row)).sort()
