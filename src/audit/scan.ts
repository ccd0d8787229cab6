import type { WasmMemory } from '../wasm/memory.ts'
import { copyingScanner } from './copying-scanner.ts'
import { AuditEvent } from './event.ts'
import { FIELD, SLOTS_PER_EVENT } from './fields.ts'
import { EMPTY, LineScanner, NO_OBJECT, SCANNED } from './line-scanner.ts'
import { newBlock, type SpanBlock, SpanBlocks } from './span-blocks.ts'

const NO_SPANS: SpanBlock = { slots: new Int32Array(0), address: 0 }

/** Turns lines into events. Keep one per reader: it allocates the spans of many events at a time. */
export class EventScanner {
  /** Stamped on the events as the time they were read; milliseconds since 1970. */
  readAt = Date.now()
  readonly #memory: WasmMemory | undefined
  readonly #blocks: SpanBlocks
  /** Scans what is in the memory. */
  #there: LineScanner | undefined
  /** What was looked at last, and whether it is in the memory. */
  #buffer: Buffer | undefined
  #isThere = false
  #block = NO_SPANS
  #base = 0
  /** Blocks of the events scanned since the last lease; undefined when spans are left to the garbage collector. */
  #leased: SpanBlock[] | undefined

  /** Lines in `memory` are scanned where they are, others are copied. */
  constructor(memory?: WasmMemory) {
    this.#memory = memory
    this.#blocks = new SpanBlocks(memory)
  }

  /**
   * The line `[start, end)` of `buffer` as an event, or the reason why it is none, without content of the line.
   * Agrees with `JSON.parse` on what JSON is and on every field's value; of duplicate keys the last one counts.
   */
  scan(buffer: Buffer, start: number, end: number): AuditEvent | string {
    if (this.#base + SLOTS_PER_EVENT > this.#block.slots.length) this.#beginBlock()
    const result = this.#scanLine(buffer, start, end)
    if (result !== SCANNED) return result === EMPTY ? 'an empty line' : notAnObject(result)
    const event = new AuditEvent(buffer, start, end, this.#block.slots, this.#base)
    const reason = whyNoAuditEvent(event)
    if (reason !== undefined) return reason
    event.readAt = this.readAt
    if (this.#isThere && this.#block.address > 0) event.spansAt = this.#block.address + 4 * this.#base
    this.#base += SLOTS_PER_EVENT
    return event
  }

  /**
   * Leases the spans of the events to be scanned from now on. What it returns ends the lease: to be called when nobody
   * looks at these events any more, as their spans are overwritten then. Else spans live as long as their events.
   */
  leaseSpans(): () => void {
    const leased: SpanBlock[] = []
    this.#leased = leased
    this.#block = NO_SPANS
    this.#base = 0
    return () => {
      for (const block of leased.splice(0)) this.#blocks.give(block)
    }
  }

  /** Puts the spans of a line where the next event's are to be. */
  #scanLine(buffer: Buffer, start: number, end: number): number {
    const { slots, address } = this.#block
    const base = this.#base
    const there = this.#scannerOf(buffer)
    const length = end - start
    if (there === undefined) {
      const result = copyingScanner.scan(buffer, start, end)
      slots.set(copyingScanner.spans, base)
      return result
    }
    const line = buffer.byteOffset + start
    if (address > 0) return there.scan(line, length, start, address + 4 * base)
    const result = there.scan(line, length, start)
    slots.set(there.spans, base)
    return result
  }

  /** The scanner that works where the buffer is; undefined when that is outside of the memory. */
  #scannerOf(buffer: Buffer): LineScanner | undefined {
    if (this.#memory === undefined) return undefined
    if (buffer !== this.#buffer) {
      this.#buffer = buffer
      this.#isThere = buffer.buffer === this.#memory.bytes.buffer
    }
    if (!this.#isThere) return undefined
    this.#there ??= new LineScanner(this.#memory)
    return this.#there
  }

  #beginBlock(): void {
    this.#block = this.#leased === undefined ? newBlock() : this.#blocks.take()
    this.#base = 0
    this.#leased?.push(this.#block)
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
