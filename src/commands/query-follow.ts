import { access } from 'node:fs/promises'
import type { AuditEvent } from '../audit/event.ts'
import { WrongFilter } from '../query/filters.ts'
import { followLogs, placeOf } from '../query/logs/follow-logs.ts'
import { openFiles } from '../query/logs/log-files.ts'
import { searchLogs } from '../query/logs/search-logs.ts'
import { matcher } from '../query/matcher.ts'
import { lineWriter } from '../query/output/format.ts'
import { write } from '../query/output/pager.ts'
import { isFirst } from '../query/stage.ts'
import type { PlaceOptions } from '../receivers/audit-log/provider-presets.ts'
import { createLog } from '../telemetry/log.ts'
import { EXIT } from './exit-code.ts'
import type { Query } from './query-asked.ts'
import { untilSignal } from './signals.ts'

/**
 * Shows matches as they happen, until a signal comes or nobody reads them any more: of the log at a place, of files by their
 * paths, or of stdin (`-`). A session is shown when it begins and again when it ends. Resolves to the exit code.
 */
export async function follow(
  query: Query,
  source: readonly string[] | PlaceOptions,
  isFromNow: boolean,
): Promise<number> {
  const { question, format, style } = query
  const { rowOf } = question
  if (rowOf === undefined)
    throw new WrongFilter(
      `--follow: the answer to ${question.name} is made of all requests; leave --follow out`,
    )
  if (format === 'json') throw new WrongFilter('--follow: expected --output table, ndjson or csv; found json')
  const stop = new AbortController()
  const lines = lineWriter(format, question.columns, style)
  const matches = matcher(query.condition)
  const show = async (event: AuditEvent) => {
    if (stop.signal.aborted || isFirst(event) || !matches(event)) return
    if (!(await write(process.stdout, lines(rowOf(event))))) stop.abort()
  }
  const signal = untilSignal()
  void signal.received.then(() => stop.abort())
  const log = await createLog({ level: 'warn' })
  try {
    if (isStdin(source)) return await followStdin(query, show, stop.signal)
    const places = 'length' in source ? await Promise.all(source.map(placeOfFile)) : [source]
    await followLogs(places, isFromNow ? 'end' : 'beginning', show, log, stop.signal)
    return EXIT.ok
  } finally {
    signal.forget()
    await log.shutdown()
  }
}

function isStdin(source: readonly string[] | PlaceOptions): boolean {
  if (!('length' in source) || !source.includes('-')) return false
  if (source.length > 1) throw new WrongFilter('--follow: stdin (-) can only be followed alone')
  return true
}

async function placeOfFile(path: string): Promise<PlaceOptions> {
  if (path.endsWith('.gz'))
    throw new WrongFilter(`--follow: nothing is written to ${path} any more; name the live file`)
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  return placeOf(path, isThere)
}

/** Stdin has an end, and is not rotated. */
async function followStdin(
  { condition }: Query,
  show: (event: AuditEvent) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  let shown = Promise.resolve()
  signal.addEventListener('abort', () => process.stdin.destroy(), { once: true })
  const found = (event: AuditEvent) => {
    const line = show(event)
    shown = shown.then(() => line)
  }
  const { failures } = await searchLogs(await openFiles(['-']), condition, found, () => {}, signal)
  await shown
  if (!signal.aborted) for (const failure of failures) console.error(`auditship: ${failure}`)
  return signal.aborted || failures.length === 0 ? EXIT.ok : EXIT.failed
}
