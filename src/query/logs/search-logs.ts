import type { AuditEvent } from '../../audit/event.ts'
import type { Condition } from '../condition.ts'
import { matcher } from '../matcher.ts'
import type { OpenLogs } from './log-files.ts'
import { logMemory } from './needle-finder.ts'
import { needlesOf } from './needles.ts'
import { readLog } from './read-log.ts'

/** Most lines that are no audit events that are named one by one. */
const MOST_NAMED = 5

/** What went wrong while logs were read, in words for the user. */
export interface SearchReport {
  readonly malformed: number
  /** The first malformed lines: where, and what is wrong. */
  readonly named: readonly string[]
  /** Files that could not be read, or not to their end. */
  readonly failures: readonly string[]
}

/** Reads logs and hands over the events that meet the condition. Closes them. */
export async function searchLogs(
  { logs, unreadable }: OpenLogs,
  condition: Condition,
  found: (event: AuditEvent) => void,
  progress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<SearchReport> {
  const matches = matcher(condition)
  const memory = logMemory(needlesOf(condition))
  const failures = unreadable.map(({ path, error }) => `cannot read ${path}: ${error.message}`)
  const named: string[] = []
  let malformed = 0
  const visitor = {
    event(event: AuditEvent) {
      if (matches(event)) found(event)
    },
    malformed({ source, offset }: { source: string; offset: number }, reason: string) {
      if (malformed++ < MOST_NAMED) named.push(`${source} at byte ${offset}: ${reason}`)
    },
    progress,
  }
  for (const { bytes } of logs) {
    try {
      const failure = await readLog(bytes, memory, visitor, signal)
      if (failure !== undefined)
        failures.push(`${bytes.name} is damaged or incomplete, what is before was read: ${failure.message}`)
    } catch (error) {
      failures.push(
        `cannot read ${bytes.name} to its end: ${error instanceof Error ? error.message : String(error)}`,
      )
    } finally {
      await bytes.close()
    }
  }
  return { malformed, named, failures }
}
