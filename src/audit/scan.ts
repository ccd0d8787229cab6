import { AuditEvent } from './event.ts'
import { ESCAPES_SLOT, FIELD, REPEATED_KEYS, SLOTS_PER_EVENT } from './fields.ts'
import {
  CLOSE_BRACE,
  COLON,
  COMMA,
  OPEN_BRACE,
  QUOTE,
  STRING_STOP,
  skipSpace,
  skipString,
  skipValue,
} from './json.ts'
import { EVENT_KEYS, type KeyTable } from './key-table.ts'

/** Events whose spans share one block: large enough to make allocation cheap, small enough to be freed soon. */
const EVENTS_PER_BLOCK = 128

/** Turns lines into events. Keep one per reader: it allocates the spans of many events at a time. */
export class EventScanner {
  /** Stamped on the events as the time they were read; milliseconds since 1970. */
  readAt = Date.now()
  #spans = new Int32Array(0)
  #base = 0

  /**
   * The line `[start, end)` of `buffer` as an event, or the reason why it is none, without content of the line.
   * Agrees with `JSON.parse` on what JSON is and on every field's value; of duplicate keys the last one counts.
   * Writes to `buffer[end]`, if there is such a byte, and restores it.
   */
  scan(buffer: Buffer, start: number, end: number): AuditEvent | string {
    if (this.#base + SLOTS_PER_EVENT > this.#spans.length) {
      this.#spans = new Int32Array(SLOTS_PER_EVENT * EVENTS_PER_BLOCK)
      this.#base = 0
    }
    const spans = this.#spans
    const base = this.#base
    spans.fill(-1, base, base + ESCAPES_SLOT)
    // May be left from a line that was none.
    spans[base + ESCAPES_SLOT + 1] = 0
    // A NUL ends everything: to JSON a newline is white space, and lines of open brackets would each be read to the end.
    const following = buffer[end]
    if (following !== undefined) buffer[end] = 0
    const first = skipSpace(buffer, start)
    const isObject = buffer[first] === OPEN_BRACE
    const after = isObject ? scanObject(buffer, first, EVENT_KEYS, spans, base) : skipValue(buffer, first)
    const isWhole = after > 0 && after <= end && skipSpace(buffer, after) >= end
    if (following !== undefined) buffer[end] = following
    if (first >= end) return 'an empty line'
    if (!isWhole) return 'not JSON'
    if (!isObject) return 'JSON, but no object'
    const event = new AuditEvent(buffer, start, end, spans, base)
    const reason = whyNoAuditEvent(event)
    if (reason !== undefined) return reason
    event.readAt = this.readAt
    this.#base += SLOTS_PER_EVENT
    return event
  }
}

/** The line as an event of its own. @throws TypeError when the line is no audit event, with the reason */
export function parseEvent(line: Buffer | string): AuditEvent {
  const buffer = Buffer.from(line)
  const event = new EventScanner().scan(buffer, 0, buffer.length)
  if (typeof event === 'string') throw new TypeError(`expected an audit event (audit.k8s.io), found ${event}`)
  return event
}

/** Reads an object's members at `i`, notes the spans of the keys in `table`, and returns the offset after it, or -1. */
function scanObject(b: Buffer, i: number, table: KeyTable, spans: Int32Array, base: number): number {
  i = skipSpace(b, i + 1)
  if (b[i] === CLOSE_BRACE) return i + 1
  for (;;) {
    if (b[i] !== QUOTE) i = skipSpace(b, i)
    if (b[i] !== QUOTE) return -1
    const keyStart = i + 1
    i = keyStart
    while (STRING_STOP[b[i]!] === 0) i++
    let key = -1
    if (b[i] === QUOTE) key = table.find(b, keyStart, i++)
    else {
      i = skipString(b, keyStart - 1)
      if (i < 0) return -1
      key = table.findDecoded(b.toString('utf8', keyStart - 1, i))
    }
    if (b[i] !== COLON) i = skipSpace(b, i)
    if (b[i] !== COLON) return -1
    i++
    if (b[i]! <= 0x20) i = skipSpace(b, i)
    const valueStart = i
    if (key < 0) i = skipValue(b, i)
    else {
      const nested = table.nested[key]
      if (nested !== undefined) nested.clear(spans, base)
      const field = table.fields[key]!
      if (spans[base + 2 * field]! >= 0) spans[base + ESCAPES_SLOT + 1]! |= REPEATED_KEYS
      if (b[i] === QUOTE) i = skipFieldString(b, i, field, spans, base)
      else if (nested !== undefined && b[i] === OPEN_BRACE) i = scanObject(b, i, nested, spans, base)
      else i = skipValue(b, i)
      spans[base + 2 * field] = valueStart
      spans[base + 2 * field + 1] = i
    }
    if (i < 0) return -1
    if (b[i]! <= 0x20) i = skipSpace(b, i)
    if (b[i] === CLOSE_BRACE) return i + 1
    if (b[i] !== COMMA) return -1
    i++
  }
}

/** Skips a string and notes whether it has escapes, so that nobody has to look again. */
function skipFieldString(b: Buffer, i: number, field: number, spans: Int32Array, base: number): number {
  const start = i++
  while (STRING_STOP[b[i]!] === 0) i++
  const slot = base + ESCAPES_SLOT + (field >> 5)
  if (b[i] === QUOTE) {
    spans[slot]! &= ~(1 << (field & 31))
    return i + 1
  }
  spans[slot]! |= 1 << (field & 31)
  return skipString(b, start)
}

/** What the API server always writes: level, auditID and stage. Items of an EventList may lack kind and apiVersion. */
function whyNoAuditEvent(event: AuditEvent): string | undefined {
  const required = event.isText(FIELD.level) && event.isText(FIELD.auditID) && event.isText(FIELD.stage)
  if (event.startOf(FIELD.kind) >= 0 && !event.textIs(FIELD.kind, 'Event')) return 'an object of another kind'
  const isVersioned = event.startOf(FIELD.apiVersion) >= 0
  if (isVersioned && !event.textStartsWith(FIELD.apiVersion, 'audit.k8s.io/'))
    return 'an object of another apiVersion'
  return required ? undefined : 'an object without level, auditID and stage'
}
