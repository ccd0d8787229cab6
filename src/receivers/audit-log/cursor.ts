/** How many of a file's first bytes identify it. */
export const HEAD_LENGTH = 4096
/** How many bytes before the offset identify how far it was read. */
export const TAIL_LENGTH = 1024

const NOTHING = Buffer.alloc(0)

/**
 * How far a file was read, with enough of its content to recognise it under any name or inode:
 * the first bytes and the last ones before the offset. Immutable.
 */
export class Cursor {
  /** Nothing read yet. */
  static readonly START = new Cursor(0, NOTHING, NOTHING)

  /** Offset in the uncompressed file: always the start of a line. */
  readonly offset: number
  /** The first `HEAD_LENGTH` bytes of what was read, or all when that is less. */
  readonly head: Buffer
  /** The last `TAIL_LENGTH` bytes of what was read, or all when that is less. */
  readonly tail: Buffer

  constructor(offset: number, head: Buffer, tail: Buffer) {
    this.offset = offset
    this.head = head
    this.tail = tail
  }

  /** Where one stands after reading `bytes`; copies what it keeps of them. */
  after(bytes: Buffer): Cursor {
    const missing = HEAD_LENGTH - this.head.length
    const head = missing > 0 ? Buffer.concat([this.head, bytes.subarray(0, missing)]) : this.head
    const recent = bytes.subarray(-TAIL_LENGTH)
    const kept = TAIL_LENGTH - recent.length
    const tail = Buffer.concat(kept > 0 ? [this.tail.subarray(-kept), recent] : [recent])
    return new Cursor(this.offset + bytes.length, head, tail)
  }
}
