import type { AuditEvent } from '../../audit/event.ts'
import type { EventScanner } from '../../audit/scan.ts'

/** How each event begins that kube-apiserver writes: its encoder puts `kind` and `apiVersion` first. */
const EVENT_START = Buffer.from('{"kind":"Event","apiVersion":"audit.k8s.io/')
/** A request body may hold this text any number of times, and each time costs a scan. */
const MOST_TRIES = 100

/**
 * The whole event at the end of a line that is none itself: after a crash of the API server the next one writes its first
 * event right behind the torn last line. Only what reaches to the line's newline counts, which the API server writes together
 * with the event: an object inside a request body that looks like an event does not, so that no client can make one up.
 */
export function eventAtEnd(
  scanner: EventScanner,
  buffer: Buffer,
  start: number,
  end: number,
): { readonly event: AuditEvent; readonly start: number } | undefined {
  const line = buffer.subarray(start, end)
  let before = line.length
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const at = before === 0 ? -1 : line.lastIndexOf(EVENT_START, before - 1)
    if (at <= 0) return undefined
    const event = scanner.scan(buffer, start + at, end)
    if (typeof event !== 'string') return { event, start: start + at }
    before = at
  }
  return undefined
}
