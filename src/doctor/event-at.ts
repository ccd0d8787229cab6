import type { AuditEvent } from '../audit/event.ts'
import { eventTime } from '../audit/event-time.ts'
import { EventScanner } from '../audit/scan.ts'
import { type ByteSource, readRange } from '../receivers/audit-log/byte-source.ts'

const NEWLINE = 0x0a
/** As much of a log as is looked at for a line, then, when the line is longer; the receiver skips longer ones by default. */
const SHOWN = [1024 * 1024, 16 * 1024 * 1024]
/** More say nothing new. */
const MOST_LINES = 10

/** When the event at an offset of a log happened, in milliseconds since 1970; undefined when there is none. */
export async function timeAt(source: ByteSource, offset: number): Promise<number | undefined> {
  for (const shown of SHOWN) {
    const bytes = await readRange(source, offset, shown)
    const end = bytes.indexOf(NEWLINE)
    if (end >= 0) return timeOf(eventOf(bytes.subarray(0, end)))
    if (bytes.length < shown) return undefined
  }
  return undefined
}

/** The last whole lines of a log, the newest first, as events or why they are none; undefined when the last is too long to look at. */
export async function lastEvents(source: ByteSource): Promise<(AuditEvent | string)[] | undefined> {
  for (const shown of SHOWN) {
    const from = Math.max(0, source.size - shown)
    const events = eventsAmong(await readRange(source, from, shown), from)
    if (events.length > 0 || from === 0) return events
  }
  return undefined
}

function eventsAmong(bytes: Buffer, from: number): (AuditEvent | string)[] {
  const events: (AuditEvent | string)[] = []
  for (let end = bytes.lastIndexOf(NEWLINE); end > 0 && events.length < MOST_LINES; ) {
    const before = bytes.lastIndexOf(NEWLINE, end - 1)
    if (before < 0 && from > 0) break // its beginning is not here
    events.push(eventOf(bytes.subarray(before + 1, end)))
    end = before
  }
  return events
}

/** When an event happened, in milliseconds since 1970. */
export function timeOf(event: AuditEvent | string): number | undefined {
  const time = typeof event === 'string' ? undefined : eventTime(event)
  return time === undefined ? undefined : Number(time / 1_000_000n)
}

const eventOf = (line: Buffer) => new EventScanner().scan(line, 0, line.length)
