import type { AuditEvent } from '../../audit/event.ts'
import type { EventScanner } from '../../audit/scan.ts'
import { LineSplitter } from '../../receivers/audit-log/split-lines.ts'
import type { Bytes } from './bytes.ts'
import { type LineChunk, lineChunks, MAX_LINE, NEWLINE } from './line-chunks.ts'
import type { LogMemory, NeedleFinder } from './needle-finder.ts'

/** What reading a log gives. */
export interface LogVisitor {
  /** An event that may be one of those looked for. Its bytes are overwritten later. */
  event(event: AuditEvent): void
  /** A line that is no audit event, or longer than is read. */
  malformed(position: { readonly source: string; readonly offset: number }, reason: string): void
  /** So many bytes more were read. */
  progress(bytes: number): void
}

/**
 * Reads a log to its end. With sets of needles only lines that have one of each are scanned, and those that do not begin
 * and end as an event does, so that torn ones are still told of. Lines glued together by a crash are taken apart.
 * Resolves to what is wrong with the end of the content, if anything.
 */
export async function readLog(
  bytes: Bytes,
  { buffers, finders, scanner }: LogMemory,
  visitor: LogVisitor,
  signal: AbortSignal,
): Promise<Error | undefined> {
  let finder: NeedleFinder | undefined
  for await (const chunk of lineChunks(bytes, buffers)) {
    if (signal.aborted) break
    finder ??= best(finders, chunk)
    scanner.readAt = Date.now()
    readChunk(bytes.name, chunk, finder, scanner, visitor)
    visitor.progress(chunk.end + chunk.dropped)
  }
  return bytes.whyNoEnd()
}

/** The one that finds the fewest lines in the first chunk. */
function best(finders: readonly NeedleFinder[], { buffer, end }: LineChunk): NeedleFinder | undefined {
  if (finders.length < 2) return finders[0]
  const counts = finders.map(finder => {
    let count = 0
    for (let start = finder.findLine(buffer, 0, end); start < end; count++)
      start = finder.findLine(buffer, endOfLine(buffer, start, end), end)
    return count
  })
  return finders[counts.indexOf(Math.min(...counts))]
}

function readChunk(
  source: string,
  chunk: LineChunk,
  finder: NeedleFinder | undefined,
  scanner: EventScanner,
  visitor: LogVisitor,
): void {
  const { buffer, end, offset, dropped } = chunk
  const lineFrom = (at: number) => finder?.findLine(buffer, at, end) ?? at
  let at = 0
  if (dropped > 0) {
    visitor.malformed({ source, offset: offset - dropped }, `a line longer than ${MAX_LINE / 2 ** 20} MiB`)
    at = endOfLine(buffer, 0, end)
  }
  for (let start = lineFrom(at); start < end; start = lineFrom(at)) {
    at = endOfLine(buffer, start, end)
    readLine(source, chunk, start, at, scanner, visitor)
  }
}

/** Offset behind the newline of the line at `start`, or `end`. */
function endOfLine(buffer: Buffer, start: number, end: number): number {
  const newline = buffer.indexOf(NEWLINE, start)
  return newline >= 0 && newline < end ? newline + 1 : end
}

/** The line `[start, next)` with its newline, if it has one. */
function readLine(
  source: string,
  { buffer, offset }: LineChunk,
  start: number,
  next: number,
  scanner: EventScanner,
  visitor: LogVisitor,
): void {
  const end = buffer[next - 1] === NEWLINE ? next - 1 : next
  if (end === start) return
  const event = scanner.scan(buffer, start, end)
  if (typeof event !== 'string') {
    event.source = source
    event.position = offset + start
    visitor.event(event)
    return
  }
  // Holes of NUL bytes, and lines glued together.
  const line = buffer.subarray(start, next + 1)
  const { batch } = new LineSplitter(scanner, source, line, offset + start).split(next - start)
  for (const event of batch.events) visitor.event(event)
  for (const { position, reason } of batch.malformed) visitor.malformed(position, reason)
}
