/** Larger buffers are left to the garbage collector: they come from rare giant lines. */
const LARGEST_KEPT = 32 * 1024 * 1024

/** Sizes are powers of two, so that batches of about one size share buffers. Pages that are never written cost no memory. */
const SMALLEST = 64 * 1024

/**
 * Buffers to use again. A megabyte of garbage for every batch would make the process grow by a hundred before it is
 * collected, and costs a tenth of its time.
 */
export class BufferPool {
  readonly #free: Buffer[] = []
  readonly #most: number

  /** Keeps up to `most` unused buffers. */
  constructor(most: number) {
    this.#most = most
  }

  /** A buffer of at least `size` bytes with any content. */
  take(size: number): Buffer {
    const index = this.#free.findIndex(buffer => buffer.length >= size)
    const [buffer] = index < 0 ? [] : this.#free.splice(index, 1)
    return buffer ?? Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(Math.max(size, SMALLEST))))
  }

  /** Gives back a buffer, or a view of it, that nobody reads any more. */
  give(view: Buffer): void {
    const { buffer } = view
    if (this.#free.length < this.#most && buffer.byteLength <= LARGEST_KEPT)
      this.#free.push(Buffer.from(buffer))
  }
}
