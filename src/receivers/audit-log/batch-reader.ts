import { EventScanner } from '../../audit/scan.ts'
import type { AuditBatch } from '../../pipeline/batch.ts'
import { BufferPool } from '../../pipeline/buffer-pool.ts'
import type { ByteSource } from './byte-source.ts'
import type { Cursor } from './cursor.ts'
import { NEWLINE, type ReadLimits, readLongLine } from './long-line.ts'
import { ReadMemory } from './read-memory.ts'
import { LineSplitter, leadingZeros } from './split-lines.ts'

/** What one reading gave. */
export interface ReadBatch {
  readonly batch: AuditBatch
  /** Where the reader stands after it. */
  readonly cursor: Cursor
  /** Offset of the first NUL byte when a hole between two lines begins in what was read. */
  readonly hole: number | undefined
  /** To be called when nobody looks at the batch any more: its bytes are overwritten then. */
  release(): void
}

/** Below this many bytes a buffer of its own costs less than holding a large one. */
const SMALL = 64 * 1024

/** Reads whole lines into batches. Keeps nothing between two readings but what makes them cheap: where to read is the cursor's. */
export class BatchReader {
  readonly #limits: ReadLimits
  readonly #memory: ReadMemory
  readonly #scanner: EventScanner
  /** When none is left in the memory. */
  readonly #others: BufferPool

  /** `maxInFlight` is how many batches may be unreleased at a time. */
  constructor(limits: ReadLimits, maxInFlight: number) {
    this.#limits = limits
    this.#memory = new ReadMemory(limits.batchSize + 1, maxInFlight)
    this.#scanner = new EventScanner(this.#memory.memory)
    this.#others = new BufferPool(maxInFlight)
  }

  /**
   * The next whole lines, at most `batchSize` bytes of them, or a single longer one; undefined when there is none.
   * A last line without newline is left for later, unless `isFinal` says that nothing will follow.
   * @throws ContentChanged when the file is not what it was
   */
  async read(source: ByteSource, cursor: Cursor, isFinal: boolean): Promise<ReadBatch | undefined> {
    const { batchSize } = this.#limits
    const length = Math.min(await source.available(cursor.offset, batchSize), batchSize)
    if (length === 0) return undefined
    const { buffer, give } = this.#bufferFor(length)
    let read: ReadBatch | undefined
    try {
      const count = await source.read(buffer.subarray(0, length), cursor.offset, cursor.tail)
      read = await this.#batch(source, cursor, buffer, count, isFinal)
    } finally {
      if (read === undefined) give()
    }
    if (read === undefined) return undefined
    const { release } = read
    return {
      ...read,
      release: () => {
        release()
        give()
      },
    }
  }

  #bufferFor(length: number): { readonly buffer: Buffer; readonly give: () => void } {
    const buffer = this.#memory.take()
    if (buffer !== undefined) return { buffer, give: () => this.#memory.give(buffer) }
    if (length < SMALL) return { buffer: Buffer.allocUnsafeSlow(length + 1), give: () => {} }
    const other = this.#others.take(this.#limits.batchSize + 1)
    return { buffer: other, give: () => this.#others.give(other) }
  }

  /** What the first `count` bytes of `buffer` hold; `release` gives back what belongs to the scanner. */
  async #batch(
    source: ByteSource,
    cursor: Cursor,
    buffer: Buffer,
    count: number,
    isFinal: boolean,
  ): Promise<ReadBatch | undefined> {
    if (count === 0) return undefined
    const end = buffer.lastIndexOf(NEWLINE, count - 1) + 1
    if (end > 0) return this.#lines(source, cursor, buffer, end)
    const zeros = leadingZeros(buffer.subarray(0, count))
    if (zeros > 0) return this.#lines(source, cursor, buffer, zeros)
    if (count === this.#limits.batchSize) {
      return this.#longLine(source, cursor, buffer.subarray(0, count), isFinal)
    }
    return isFinal ? this.#lines(source, cursor, buffer, count) : undefined
  }

  /** Splits the first `end` bytes of `buffer`, which has room for one byte more. */
  #lines(source: ByteSource, cursor: Cursor, buffer: Buffer, end: number): ReadBatch {
    const after = cursor.after(buffer.subarray(0, end))
    this.#scanner.readAt = Date.now()
    // Without a pause until the lines are split: several logs have this scanner.
    const release = this.#scanner.leaseSpans()
    const { batch, hole } = new LineSplitter(this.#scanner, source.path, buffer, cursor.offset).split(end)
    // Said once, where it begins.
    const isNew = hole !== cursor.offset || cursor.tail.at(-1) !== 0
    return { batch, cursor: after, hole: isNew ? hole : undefined, release }
  }

  async #longLine(
    source: ByteSource,
    cursor: Cursor,
    first: Buffer,
    isFinal: boolean,
  ): Promise<ReadBatch | undefined> {
    const { maxLineSize } = this.#limits
    const line = await readLongLine(source, cursor, first, this.#limits, isFinal)
    if (line === undefined) return undefined
    if (line.whole !== undefined) return this.#lines(source, cursor, line.whole, line.whole.length - 1)
    const reason = `a line longer than maxLineSize (${maxLineSize} bytes)`
    const position = { source: source.path, offset: cursor.offset }
    const malformed = { raw: line.start, length: line.length, position, reason }
    const batch = { events: [], malformed: [malformed], bytes: 0 }
    return { batch, cursor: line.after, hole: undefined, release: () => {} }
  }
}
