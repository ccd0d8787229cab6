import { silentLog } from '../pipeline/log.ts'
import { followLogs } from '../query/logs/follow-logs.ts'
import { openPlace } from '../query/logs/open-place.ts'
import { searchLogs } from '../query/logs/search-logs.ts'
import { matcher } from '../query/matcher.ts'
import { lineWriter } from '../query/output/format.ts'
import { write } from '../query/output/pager.ts'
import { tableLines } from '../query/output/table.ts'
import { SESSION_QUESTIONS } from '../query/questions/sessions.ts'
import { isFirst } from '../query/stage.ts'
import { patternOf } from '../receivers/audit-log/name-pattern.ts'
import { styleOfStdout } from './stdout-style.ts'

/** A log file, by its folder and name. */
interface LogFile {
  readonly pathPrefix: string
  readonly filename: string
}

/** Shows the sessions in a log and its rotated files as a table. */
export async function showSessions({ pathPrefix, filename }: LogFile): Promise<void> {
  const question = execQuestion()
  const collector = question.collect()
  const logs = await openPlace({ pathPrefix, filename: patternOf(filename) })
  const never = new AbortController().signal
  await searchLogs(
    logs,
    question.condition(''),
    event => collector.add(event),
    () => {},
    never,
  )
  const rows = collector.rows()
  const lines = rows.length === 0 ? ['nobody'] : tableLines(question.columns, rows, styleOfStdout())
  await write(process.stdout, lines)
}

/** Shows sessions as they begin and end, until the signal aborts. */
export async function showNewSessions({ pathPrefix, filename }: LogFile, signal: AbortSignal): Promise<void> {
  const { columns, condition, rowOf } = execQuestion()
  const lines = lineWriter('table', columns, styleOfStdout())
  const matches = matcher(condition(''))
  await followLogs(
    [{ pathPrefix, filename: patternOf(filename) }],
    'end',
    async event => {
      if (!isFirst(event) && matches(event) && rowOf !== undefined)
        await write(process.stdout, lines(rowOf(event)))
    },
    silentLog,
    signal,
  )
}

function execQuestion() {
  const [exec] = SESSION_QUESTIONS
  if (exec === undefined) throw new Error('there is no question about sessions')
  return exec
}
