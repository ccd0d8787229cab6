import type { AuditEvent } from '../audit/event.ts'
import { RetryableError } from './errors.ts'
import { describe } from './health.ts'

/** So many bytes in a row are no coincidence. */
const RUN = 20
/** A run that is this much longer is found at any offset. */
const STEP = 4

/**
 * An error in words for the agent's own log and for /readyz, which hold no content of events.
 * @param known the words for the error before: the same ones are not looked at again, as a dead backend repeats itself
 */
export function reasonOf(error: unknown, events: readonly AuditEvent[], known?: string): string {
  const reason = describe(error)
  if (reason === known) return reason
  const summary = error instanceof RetryableError ? error.summary : undefined
  return summary === undefined ? reason : withoutQuotes(summary, reason.slice(summary.length), events)
}

/** What is to be said about a backend's answer to these events: our own words, and the backend's unless these quote an event. */
export function withoutQuotes(own: string, theirs: string, events: readonly AuditEvent[]): string {
  return quotes(theirs, events)
    ? `${own} (what it said stands in an event too, and is left out)`
    : own + theirs
}

/** Whether a text, quoted once more or not, holds a run of bytes of an event. */
function quotes(text: string, events: readonly AuditEvent[]): boolean {
  const plain = text.replaceAll('\\', '')
  for (let i = 0; i + RUN <= plain.length; i += STEP) {
    const run = plain.slice(i, i + RUN)
    if (events.some(({ raw }) => raw.includes(run))) return true
  }
  return false
}
