import { AuditEvent } from './event.ts'
import { FIELD, SLOTS_PER_EVENT } from './fields.ts'
import { EMPTY, NO_OBJECT, SCANNED, scanMemory } from './scan-memory.ts'

/** Events whose spans share one block: large enough to make allocation cheap, small enough to be freed soon. */
const EVENTS_PER_BLOCK = 128
const NO_SPANS = new Int32Array(0)
/** Unused blocks that are kept, of 42 KiB each. */
const MOST_FREE = 64

/** Turns lines into events. Keep one per reader: it allocates the spans of many events at a time. */
export class EventScanner {
  /** Stamped on the events as the time they were read; milliseconds since 1970. */
  readAt = Date.now()
  #spans = NO_SPANS
  #base = 0
  readonly #free: Int32Array<ArrayBuffer>[] = []
  /** Blocks of the events scanned since the last lease; undefined when spans are left to the garbage collector. */
  #leased: Int32Array<ArrayBuffer>[] | undefined

  /**
   * The line `[start, end)` of `buffer` as an event, or the reason why it is none, without content of the line.
   * Agrees with `JSON.parse` on what JSON is and on every field's value; of duplicate keys the last one counts.
   */
  scan(buffer: Buffer, start: number, end: number): AuditEvent | string {
    const result = scanMemory.scan(buffer, start, end)
    if (result !== SCANNED) return result === EMPTY ? 'an empty line' : notAnObject(result)
    if (this.#base + SLOTS_PER_EVENT > this.#spans.length) this.#beginBlock()
    this.#spans.set(scanMemory.spans, this.#base)
    const event = new AuditEvent(buffer, start, end, this.#spans, this.#base)
    const reason = whyNoAuditEvent(event)
    if (reason !== undefined) return reason
    event.readAt = this.readAt
    this.#base += SLOTS_PER_EVENT
    return event
  }

  /**
   * Leases the spans of the events to be scanned from now on. What it returns ends the lease: to be called when nobody
   * looks at these events any more, as their spans are overwritten then. Else spans live as long as their events.
   */
  leaseSpans(): () => void {
    const leased: Int32Array<ArrayBuffer>[] = []
    this.#leased = leased
    this.#spans = NO_SPANS
    this.#base = 0
    return () => {
      for (const block of leased.splice(0)) if (this.#free.length < MOST_FREE) this.#free.push(block)
    }
  }

  #beginBlock(): void {
    const free = this.#leased === undefined ? undefined : this.#free.pop()
    this.#spans = free ?? new Int32Array(SLOTS_PER_EVENT * EVENTS_PER_BLOCK)
    this.#base = 0
    this.#leased?.push(this.#spans)
  }
}

/** The line as an event of its own. @throws TypeError when the line is no audit event, with the reason */
export function parseEvent(line: Buffer | string): AuditEvent {
  const buffer = Buffer.from(line)
  const event = new EventScanner().scan(buffer, 0, buffer.length)
  if (typeof event === 'string') throw new TypeError(`expected an audit event (audit.k8s.io), found ${event}`)
  return event
}

const notAnObject = (result: number) => (result === NO_OBJECT ? 'JSON, but no object' : 'not JSON')

/** What the API server always writes: level, auditID and stage. Items of an EventList may lack kind and apiVersion. */
function whyNoAuditEvent(event: AuditEvent): string | undefined {
  const required = event.isText(FIELD.level) && event.isText(FIELD.auditID) && event.isText(FIELD.stage)
  if (event.startOf(FIELD.kind) >= 0 && !event.textIs(FIELD.kind, 'Event')) return 'an object of another kind'
  const isVersioned = event.startOf(FIELD.apiVersion) >= 0
  if (isVersioned && !event.textStartsWith(FIELD.apiVersion, 'audit.k8s.io/'))
    return 'an object of another apiVersion'
  return required ? undefined : 'an object without level, auditID and stage'
}
