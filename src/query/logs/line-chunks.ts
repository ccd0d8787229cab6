import type { Bytes } from './bytes.ts'

export const NEWLINE = 0x0a
const CHUNK = 4 * 1024 * 1024
/** A longer line is passed over, as the `auditLog` receiver does by default. */
export const MAX_LINE = 16 * 1024 * 1024
/** Length of a buffer that chunks are read into: the start of a line, what is read behind it, and one byte more. */
export const ROOM = MAX_LINE + CHUNK + 1

/** Whole lines, one behind the other. Their bytes are overwritten when the next chunk but one is asked for. */
export interface LineChunk {
  /** Has room for one byte behind the lines. */
  readonly buffer: Buffer
  /** The lines are the first `end` bytes; the last one has no newline when the log ends without one. */
  readonly end: number
  /** Where in the content the chunk begins. */
  readonly offset: number
  /** How much of the first line was dropped before the chunk, because it is longer than `MAX_LINE`. */
  readonly dropped: number
}

/** Cuts bytes behind newlines. Reads on while a chunk is looked at: the chunks lie in two buffers by turns. */
export async function* lineChunks(
  bytes: Bytes,
  [first, second]: readonly [Buffer, Buffer],
): AsyncGenerator<LineChunk> {
  let buffer = first
  let spare = second
  let filled = 0
  let offset = 0
  let dropped = 0
  for (let reading = bytes.read(room(buffer, 0)); ; ) {
    const count = await reading
    filled += count
    const end = count === 0 ? filled : buffer.lastIndexOf(NEWLINE, filled - 1) + 1
    if (count > 0 && end === 0) {
      if (filled > MAX_LINE) {
        dropped += filled
        offset += filled
        filled = 0
      }
      reading = bytes.read(room(buffer, filled))
      continue
    }
    buffer.copy(spare, 0, end, filled)
    if (count > 0) reading = bytes.read(room(spare, filled - end))
    if (end > 0) yield { buffer, end, offset, dropped }
    if (count === 0) return
    offset += end
    dropped = 0
    filled -= end
    const read = buffer
    buffer = spare
    spare = read
  }
}

/** Where to read to behind the first `filled` bytes. */
const room = (buffer: Buffer, filled: number) => buffer.subarray(filled, filled + CHUNK)
