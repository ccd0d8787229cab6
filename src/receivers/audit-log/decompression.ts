import type { FileHandle } from 'node:fs/promises'
import { createGunzip, type Gunzip } from 'node:zlib'
import { give, isFoundInContent } from './gunzip-piece.ts'
import { isOnlyPadding } from './gzip-members.ts'

/** Small, because all that one piece holds is in memory at once: up to 1032 times as much, https://zlib.net/zlib_tech.html */
const COMPRESSED_PIECE = 32 * 1024
const UNCOMPRESSED_CHUNK = 64 * 1024
/** Header and trailer of RFC 1952. */
const SMALLEST_GZIP = 18
/** What zlib says when a member does not begin as one. */
const NO_HEADER = 'incorrect header check'

/** The content of a gzip file, decompressed piece by piece. Going back starts it anew. */
export class Decompression {
  readonly #handle: FileHandle
  readonly #fileSize: number
  #gunzip: Gunzip
  #taken = 0
  /** From here on it is given single bytes: Gunzip drops what it made of a piece in which it finds an error. */
  #singlyFrom = Number.POSITIVE_INFINITY
  /** Content `[#base, #position)`, kept because it may be read again. */
  #pieces: Buffer[] = []
  #base = 0
  #position = 0
  #isEnded = false
  #failure: Error | undefined
  #garbage = 0

  /** `fileSize` is in compressed bytes. */
  constructor(handle: FileHandle, fileSize: number) {
    this.#handle = handle
    this.#fileSize = fileSize
    this.#gunzip = this.#newGunzip()
  }

  /** Compressed bytes that were decompressed. */
  get taken(): number {
    return this.#taken
  }

  /** Bytes of content that were decompressed. */
  get position(): number {
    return this.#position
  }

  /** Whether no more comes. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Why there is no more, when that is no end of a gzip file. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Bytes after the last member that are no gzip and not only padding with NUL. */
  get garbage(): number {
    return this.#garbage
  }

  /** Fills `target` with the content from `offset` on and returns how many bytes that were: fewer only at the end. */
  async read(target: Buffer, offset: number): Promise<number> {
    if (offset < this.#base) this.#restart()
    this.#forget(offset)
    while (this.#position < offset + target.length && (await this.#next())) this.#forget(offset)
    let at = this.#base
    let count = 0
    for (const piece of this.#pieces) {
      const from = Math.max(0, offset - at)
      if (at + from < offset + target.length) count += piece.copy(target, count, from)
      at += piece.length
    }
    return count
  }

  /** Decompresses all, keeping nothing. */
  async toEnd(): Promise<void> {
    while (await this.#next()) this.#forget(this.#position)
  }

  close(): void {
    this.#gunzip.destroy()
  }

  /** Decompresses one piece more; false at the end. */
  async #next(): Promise<boolean> {
    if (this.#isEnded) return false
    const piece = Buffer.allocUnsafe(this.#taken < this.#singlyFrom ? COMPRESSED_PIECE : 1)
    try {
      const { bytesRead } = await this.#handle.read(piece, 0, piece.length, this.#taken)
      const isOpen = await give(this.#gunzip, piece.subarray(0, bytesRead))
      this.#taken += bytesRead
      if (!isOpen) await this.#atEnd()
    } catch (error) {
      if (piece.length > 1 && isFoundInContent(error)) {
        this.#singlyFrom = this.#taken
        this.#restart()
      } else this.#failed(error)
    }
    return true
  }

  /** The last member is complete, what follows is padding or begins with it. */
  async #atEnd(): Promise<void> {
    this.#isEnded = true
    const end = this.#gunzip.bytesWritten
    if (!(await isOnlyPadding(this.#handle, end))) this.#garbage = this.#fileSize - end
  }

  #failed(error: unknown): void {
    this.#isEnded = true
    const failure = error instanceof Error ? error : new Error(String(error))
    // The first byte of the two that are no header was taken before.
    if (failure.message === NO_HEADER && this.#taken >= SMALLEST_GZIP)
      this.#garbage = this.#fileSize - this.#taken + 1
    else this.#failure = failure
  }

  #forget(offset: number): void {
    for (let first = this.#pieces[0]; first !== undefined; first = this.#pieces[0]) {
      if (this.#base + first.length > offset) return
      this.#base += first.length
      this.#pieces.shift()
    }
  }

  #restart(): void {
    this.#gunzip.destroy()
    this.#gunzip = this.#newGunzip()
    this.#taken = 0
    this.#pieces = []
    this.#base = 0
    this.#position = 0
    this.#isEnded = false
    this.#failure = undefined
    this.#garbage = 0
  }

  #newGunzip(): Gunzip {
    const gunzip = createGunzip({ chunkSize: UNCOMPRESSED_CHUNK })
    // Failures reach the reader through `give`.
    gunzip.on('error', () => {})
    gunzip.on('data', (bytes: Buffer) => {
      this.#pieces.push(bytes)
      this.#position += bytes.length
    })
    return gunzip
  }
}
