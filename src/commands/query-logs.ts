import { WrongFilter } from '../query/filters.ts'
import { type OpenLogs, openFiles } from '../query/logs/log-files.ts'
import { type SearchReport, searchLogs } from '../query/logs/search-logs.ts'
import { Progress } from '../query/output/progress.ts'
import { type PlaceOptions, PROVIDERS } from '../receivers/audit-log/provider-presets.ts'
import { EXIT } from './exit-code.ts'
import { writeAnswer } from './query-answer.ts'
import type { Query, QueryOptions } from './query-asked.ts'

const never = new AbortController().signal

/** Answers from audit logs: the files named, or the log of a provider or place. Resolves to the exit code. */
export async function answerFromLogs(query: Query, options: QueryOptions): Promise<number> {
  const place = placeIn(options)
  // What takes long to load is loaded when it is used.
  if (options.follow) {
    const { follow } = await import('./query-follow.ts')
    return follow(query, options.file ?? place, options.since === undefined)
  }
  const logs = await (options.file === undefined
    ? (await import('../query/logs/open-place.ts')).openPlace(place)
    : openFiles(options.file))
  const total = sizeOf(logs)
  const progress = new Progress(process.stderr, total, performance.now())
  const collector = query.question.collect()
  const report = await searchLogs(
    logs,
    query.condition,
    event => collector.add(event),
    bytes => progress.add(bytes, performance.now()),
    never,
  )
  progress.clear()
  await writeAnswer(query, collector.rows())
  return tell(report)
}

/** Where the log is when no file is named. @throws WrongFilter */
function placeIn({ file, provider: name, pathPrefix, filename }: QueryOptions): PlaceOptions {
  if (file !== undefined && (name ?? pathPrefix ?? filename) !== undefined)
    throw new WrongFilter('--file names the log itself: leave out --provider, --path-prefix and --filename')
  const provider = PROVIDERS.find(candidate => candidate === name)
  if (name !== undefined && provider === undefined)
    throw new WrongFilter(`--provider: expected ${PROVIDERS.join(', ')}; found ${name}`)
  return { provider, pathPrefix, filename }
}

/** Bytes of all logs; undefined when one of them is a stream. */
function sizeOf({ logs }: OpenLogs): number | undefined {
  return logs.reduce<number | undefined>(
    (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  )
}

function tell({ malformed, named, failures }: SearchReport): number {
  if (malformed > 0) {
    const more = malformed > named.length ? `\n  and ${malformed - named.length} more` : ''
    const what =
      malformed === 1
        ? '1 line that is no audit event was'
        : `${malformed} lines that are no audit events were`
    console.error(`auditship: ${what} passed over:\n  ${named.join('\n  ')}${more}`)
  }
  for (const failure of failures) console.error(`auditship: ${failure}`)
  return failures.length > 0 ? EXIT.failed : EXIT.ok
}
