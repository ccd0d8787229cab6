import { createReadStream } from 'node:fs'
import type { AuditEvent } from '../audit/event.ts'
import { EventScanner } from '../audit/scan.ts'

const NEWLINE = 0x0a

/** One line of a log: an audit event, or why it is none. */
export type ReadLine =
  | { readonly event: AuditEvent; readonly offset: number; readonly reason?: undefined }
  | { readonly event?: undefined; readonly offset: number; readonly reason: string; readonly raw: Buffer }

/** The lines of a buffer, one audit event each; empty lines are left out. The events are views of the buffer. */
export function parseEvents(buffer: Buffer): Generator<ReadLine> {
  return linesOf(new EventScanner(), buffer, 0)
}

/** The lines of a stream of bytes, such as stdin, a request or `gunzip`; offsets count from its start. */
export async function* readEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<ReadLine> {
  const scanner = new EventScanner()
  let rest: Buffer[] = []
  let offset = 0
  for await (const bytes of stream) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    scanner.readAt = Date.now()
    const last = chunk.lastIndexOf(NEWLINE)
    if (last < 0) {
      rest.push(Buffer.from(chunk))
      continue
    }
    const whole = Buffer.concat([...rest, chunk.subarray(0, last + 1)])
    rest = [Buffer.from(chunk.subarray(last + 1))]
    yield* linesOf(scanner, whole, offset)
    offset += whole.length
  }
  yield* linesOf(scanner, Buffer.concat(rest), offset)
}

/** The lines of a file, from its start to its end as it is now. @throws the error of `fs` when it cannot be read */
export function readEventsFromFile(path: string): AsyncGenerator<ReadLine> {
  return readEvents(createReadStream(path, { highWaterMark: 1024 * 1024 }))
}

function* linesOf(scanner: EventScanner, buffer: Buffer, offset: number): Generator<ReadLine> {
  for (let start = 0; start < buffer.length; ) {
    const newline = buffer.indexOf(NEWLINE, start)
    const end = newline < 0 ? buffer.length : newline
    if (end > start) yield readLine(scanner, buffer, start, end, offset + start)
    start = end + 1
  }
}

function readLine(
  scanner: EventScanner,
  buffer: Buffer,
  start: number,
  end: number,
  offset: number,
): ReadLine {
  const event = scanner.scan(buffer, start, end)
  if (typeof event === 'string') return { reason: event, offset, raw: buffer.subarray(start, end) }
  event.position = offset
  return { event, offset }
}
