import type { ByteSource } from './byte-source.ts'
import type { Cursor } from './cursor.ts'

export const NEWLINE = 0x0a
/** How many bytes are kept of a line that is longer than `maxLineSize`. */
const MALFORMED_KEPT = 64 * 1024

/** Sizes in bytes. */
export interface ReadLimits {
  readonly batchSize: number
  readonly maxLineSize: number
}

/** A line that is longer than a batch. */
export interface LongLine {
  /** The line, its newline and one byte of room; undefined when it is longer than `maxLineSize`. */
  readonly whole: Buffer | undefined
  /** Its first `MALFORMED_KEPT` bytes. */
  readonly start: Buffer
  /** Without its newline. */
  readonly length: number
  /** Where the next line begins. */
  readonly after: Cursor
}

/**
 * Reads on from the line's `first` bytes to its end. Keeps it up to `maxLineSize`, of a longer one only the start.
 * Undefined when it has no end yet and `isFinal` does not say that this is the end.
 */
export async function readLongLine(
  source: ByteSource,
  cursor: Cursor,
  first: Buffer,
  { batchSize, maxLineSize }: ReadLimits,
  isFinal: boolean,
): Promise<LongLine | undefined> {
  const kept = Math.max(maxLineSize, MALFORMED_KEPT)
  const parts = [first]
  let after = cursor.after(first)
  let chunk = Buffer.allocUnsafeSlow(batchSize)
  for (;;) {
    const count = await source.read(chunk, after.offset, after.tail)
    const newline = count === 0 ? -1 : chunk.subarray(0, count).indexOf(NEWLINE)
    const part = chunk.subarray(0, newline < 0 ? count : newline + 1)
    if (after.offset - cursor.offset <= kept) {
      parts.push(part)
      chunk = Buffer.allocUnsafeSlow(batchSize)
    }
    after = after.after(part)
    if (newline < 0 && count > 0) continue
    if (newline < 0 && !isFinal) return undefined
    return longLine(parts, after.offset - cursor.offset - (newline < 0 ? 0 : 1), maxLineSize, after)
  }
}

function longLine(parts: readonly Buffer[], length: number, maxLineSize: number, after: Cursor): LongLine {
  const isWhole = length <= maxLineSize
  const bytes = Buffer.concat(isWhole ? [...parts, Buffer.alloc(1)] : parts)
  const start = Buffer.from(bytes.subarray(0, Math.min(length, MALFORMED_KEPT)))
  return { whole: isWhole ? bytes : undefined, start, length, after }
}
