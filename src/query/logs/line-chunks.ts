import type { Bytes } from './bytes.ts'

export const NEWLINE = 0x0a
const CHUNK = 1024 * 1024
/** A longer line is passed over, as the `auditLog` receiver does by default. */
export const MAX_LINE = 16 * 1024 * 1024

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

/** Cuts bytes behind newlines. Reads on while a chunk is looked at. */
export async function* lineChunks(bytes: Bytes): AsyncGenerator<LineChunk> {
  let buffer: Buffer = Buffer.allocUnsafeSlow(CHUNK + 1)
  let spare: Buffer = Buffer.allocUnsafeSlow(CHUNK + 1)
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
      buffer = withRoom(buffer, filled)
      reading = bytes.read(room(buffer, filled))
      continue
    }
    const next = withRoom(spare, 0, filled - end)
    buffer.copy(next, 0, end, filled)
    if (count > 0) reading = bytes.read(room(next, filled - end))
    if (end > 0) yield { buffer, end, offset, dropped }
    if (count === 0) return
    offset += end
    dropped = 0
    filled -= end
    spare = buffer
    buffer = next
  }
}

/** Where to read to behind the first `filled` bytes; one byte is left. */
const room = (buffer: Buffer, filled: number) => buffer.subarray(filled, buffer.length - 1)

/** The buffer, or a larger one with its first `kept` bytes when there is no room behind `filled` bytes. */
function withRoom(buffer: Buffer, kept: number, filled = kept): Buffer {
  if (filled < buffer.length - 1) return buffer
  const larger = Buffer.allocUnsafeSlow(2 * filled + CHUNK + 1)
  buffer.copy(larger, 0, 0, kept)
  return larger
}
