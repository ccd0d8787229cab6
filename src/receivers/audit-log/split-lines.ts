import type { AuditEvent } from '../../audit/event.ts'
import type { EventScanner } from '../../audit/scan.ts'
import type { AuditBatch, MalformedLine } from '../../pipeline/batch.ts'
import { NEWLINE } from './long-line.ts'
import { eventAtEnd } from './torn-line.ts'

/** Splits bytes of a file into events and lines that are none. */
export class LineSplitter {
  readonly #scanner: EventScanner
  readonly #path: string
  readonly #buffer: Buffer
  readonly #offset: number
  readonly #events: AuditEvent[] = []
  readonly #malformed: MalformedLine[] = []
  #bytes = 0
  #hole: number | undefined

  /** `buffer` holds what is at `offset` of the file `path`. */
  constructor(scanner: EventScanner, path: string, buffer: Buffer, offset: number) {
    this.#scanner = scanner
    this.#path = path
    this.#buffer = buffer
    this.#offset = offset
  }

  /** What was found so far. */
  get batch(): AuditBatch {
    return { events: this.#events, malformed: this.#malformed, bytes: this.#bytes }
  }

  /** Offset in the file of the first NUL byte found between two lines: a hole begins there, or goes on. */
  get hole(): number | undefined {
    return this.#hole
  }

  /** Splits the first `end` bytes of the buffer, which has room for one byte more. */
  split(end: number): this {
    const buffer = this.#buffer
    // A newline ends every line, the last one too.
    if (buffer[end - 1] !== NEWLINE) buffer[end] = NEWLINE
    for (let start = 0; start < end; ) {
      const newline = buffer.indexOf(NEWLINE, start)
      if (buffer[start] === 0) start = this.#skipHole(start, newline)
      if (newline > start) {
        const event = this.#scanner.scan(buffer, start, newline)
        if (typeof event !== 'string') this.#take(event, start)
        else if (isBlank(buffer.subarray(start, newline))) {
          // Nothing was written there, by hand or by a program that ends lines with CR LF.
        } else if (newline < end) this.#takeTorn(start, newline, event)
        else this.#keep(start, newline, event)
      }
      start = newline + 1
    }
    return this
  }

  #take(event: AuditEvent, start: number): void {
    event.source = this.#path
    event.position = this.#offset + start
    this.#bytes += event.length
    this.#events.push(event)
  }

  /** A line with newline that is no event may end with one. What is before that is an event without newline, or torn. */
  #takeTorn(start: number, end: number, reason: string): void {
    const last = eventAtEnd(this.#scanner, this.#buffer, start, end)
    if (last !== undefined) {
      // A power failure can leave NULs where the end of a write was to be.
      const firstEnd = last.start - trailingZeros(this.#buffer.subarray(start, last.start))
      const first = this.#scanner.scan(this.#buffer, start, firstEnd)
      if (typeof first === 'string')
        this.#keep(start, firstEnd, `torn, the event right behind it is whole: ${first}`)
      else this.#take(first, start)
      this.#take(last.event, last.start)
    } else this.#keep(start, end, reason)
  }

  #keep(start: number, end: number, reason: string): void {
    const position = { source: this.#path, offset: this.#offset + start }
    const raw = this.#buffer.subarray(start, end)
    this.#malformed.push({ raw, length: raw.length, position, reason })
  }

  #skipHole(start: number, end: number): number {
    this.#hole ??= this.#offset + start
    return start + leadingZeros(this.#buffer.subarray(start, end))
  }
}

/** How many of the first bytes are NUL. */
export function leadingZeros(bytes: Buffer): number {
  let count = 0
  while (count < bytes.length && bytes[count] === 0) count++
  return count
}

const BLANKS = new Set(Buffer.from(' \t\r'))

function isBlank(line: Buffer): boolean {
  return line.every(byte => BLANKS.has(byte))
}

function trailingZeros(bytes: Buffer): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return bytes.length - end
}
