import type { AuditEvent } from '../../audit/event.ts'
import { EventScanner } from '../../audit/scan.ts'
import { LineSplitter } from '../../receivers/audit-log/split-lines.ts'
import type { Bytes } from './bytes.ts'
import { type LineChunk, lineChunks, MAX_LINE, NEWLINE } from './line-chunks.ts'
import { NeedleFinder } from './needle-finder.ts'
import type { Needles } from './needles.ts'

const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

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
 * Reads a log to its end. With sets of needles only lines that have one of each are scanned; of all others only the first
 * and last byte are looked at, so that torn ones are still told of. Lines glued together by a crash are taken apart.
 * Resolves to what is wrong with the end of the content, if anything.
 */
export async function readLog(
  bytes: Bytes,
  needles: readonly Needles[],
  visitor: LogVisitor,
  signal: AbortSignal,
): Promise<Error | undefined> {
  const scanner = new EventScanner()
  let finder: NeedleFinder | undefined
  for await (const chunk of lineChunks(bytes)) {
    if (signal.aborted) break
    finder ??= best(needles, chunk)
    scanner.readAt = Date.now()
    readChunk(bytes.name, chunk, finder, scanner, visitor)
    visitor.progress(chunk.end + chunk.dropped)
  }
  return bytes.whyNoEnd()
}

/** Of several sets the one that the first chunk has the least of: it leaves the fewest lines to scan. */
function best(needles: readonly Needles[], { buffer, end }: LineChunk): NeedleFinder | undefined {
  const finders = needles.map(set => new NeedleFinder(set))
  if (finders.length < 2) return finders[0]
  const counts = finders.map(finder => finder.findAll(buffer, end).length)
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
  const hits = finder?.findAll(buffer, end)
  let hit = 0
  for (let start = 0, next = 0; start < end; start = next) {
    const newline = buffer.indexOf(NEWLINE, start)
    const isWhole = newline >= 0 && newline < end
    next = isWhole ? newline + 1 : end
    if (start === 0 && dropped > 0) {
      visitor.malformed({ source, offset: offset - dropped }, `a line longer than ${MAX_LINE / 2 ** 20} MiB`)
      continue
    }
    if (hits !== undefined) {
      while ((hits[hit] ?? end) < start) hit++
      const isHit = (hits[hit] ?? end) < next
      const last = isWhole ? newline - 1 : end - 1
      if (!isHit && buffer[start] === OPEN_BRACE && buffer[last] === CLOSE_BRACE) continue
    }
    readLine(source, chunk, start, next, scanner, visitor)
  }
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
