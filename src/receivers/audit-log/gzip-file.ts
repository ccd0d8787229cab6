import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { createGunzip, type Gunzip } from 'node:zlib'
import type { ByteSource } from './byte-source.ts'
import { HEAD_LENGTH } from './cursor.ts'
import { give, isFoundInContent } from './gunzip-piece.ts'
import { hasOneMember, isOnlyPadding } from './gzip-members.ts'
import { openFile } from './open-file.ts'

/** Small, because all that one piece holds is in memory at once: up to 1032 times as much, https://zlib.net/zlib_tech.html */
const COMPRESSED_PIECE = 32 * 1024
const UNCOMPRESSED_CHUNK = 64 * 1024
/** Header and trailer of RFC 1952. */
const SMALLEST_GZIP = 18
/** What zlib says when a member does not begin as one. */
const NO_HEADER = 'incorrect header check'
/** How many times better than what was read the whole may be compressed. */
const MOST_UNLIKE = 16

/** A `.gz` file as the bytes it holds. Reads forwards at once, backwards by starting anew. */
export class GzipFile implements ByteSource {
  readonly path: string
  readonly stats: BigIntStats
  /** ISIZE of RFC 1952; not the whole size when the file has several members. */
  readonly size: number
  /** Its first bytes as they are in the file: a damaged one may be known by nothing else. */
  readonly compressedHead: Buffer
  readonly #handle: FileHandle
  #gunzip: Gunzip
  /** Compressed bytes it has taken. */
  #taken = 0
  /** From here on it is given single bytes: Gunzip drops what it made of a piece in which it finds an error. */
  #singlyFrom = Number.POSITIVE_INFINITY
  /** Uncompressed bytes `[#base, #position)`, kept because they may be read again. */
  #pieces: Buffer[] = []
  #base = 0
  #position = 0
  #ended = false
  #failure: Error | undefined
  #garbage = 0
  #hasOneMember: Promise<boolean> | undefined

  static async open(path: string): Promise<GzipFile> {
    const handle = await openFile(path)
    try {
      const stats = await handle.stat({ bigint: true })
      const trailer = Buffer.alloc(4)
      await handle.read(trailer, 0, 4, Math.max(0, Number(stats.size) - 4))
      const head = Buffer.alloc(HEAD_LENGTH)
      const { bytesRead } = await handle.read(head, 0, HEAD_LENGTH, 0)
      return new GzipFile(path, handle, stats, trailer.readUInt32LE(), head.subarray(0, bytesRead))
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  private constructor(path: string, handle: FileHandle, stats: BigIntStats, size: number, head: Buffer) {
    this.path = path
    this.stats = stats
    this.size = size
    this.compressedHead = head
    this.#handle = handle
    this.#gunzip = this.#newGunzip()
  }

  /** Bytes after the last member that are no gzip and not only padding with NUL; known when the end was reached. */
  get garbage(): number {
    return this.#garbage
  }

  async available(offset: number): Promise<number> {
    return this.#ended ? Math.max(0, this.#position - offset) : Number.POSITIVE_INFINITY
  }

  async read(target: Buffer, offset: number): Promise<number> {
    if (offset < this.#base) this.#restart()
    this.#forget(offset)
    while (this.#position < offset + target.length && (await this.#decompress())) this.#forget(offset)
    let at = this.#base
    let count = 0
    for (const piece of this.#pieces) {
      const from = Math.max(0, offset - at)
      if (at + from < offset + target.length) count += piece.copy(target, count, from)
      at += piece.length
    }
    return count
  }

  async whyNoEnd(): Promise<Error | undefined> {
    await this.#toEnd()
    return this.#failure
  }

  /** Whether `size` is that of the whole content, as far as the compressed bytes show. */
  hasOneMember(): Promise<boolean> {
    this.#hasOneMember ??= hasOneMember(this.#handle)
    return this.#hasOneMember
  }

  /** Bytes of content, modulo 2^32 when there is one member; decompresses everything when there are several. */
  async contentLength(): Promise<number> {
    if (this.size > 0 && (await this.hasOneMember())) return this.size
    await this.#toEnd()
    return this.#position
  }

  /**
   * Bytes of content after `offset` that are lost by damage; undefined when the trailer cannot be believed: there are several
   * members, or by it the file would be compressed far better than what was read of it.
   */
  async lostAfter(offset: number): Promise<number | undefined> {
    const most = (this.#position / this.#taken) * MOST_UNLIKE * Number(this.stats.size)
    const isBelievable = this.size > offset && this.size < most
    return isBelievable && (await this.hasOneMember()) ? this.size - offset : undefined
  }

  async close(): Promise<void> {
    this.#gunzip.destroy()
    await this.#handle.close()
  }

  /** Decompresses one piece more; false at the end. */
  async #decompress(): Promise<boolean> {
    if (this.#ended) return false
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

  async #toEnd(): Promise<void> {
    while (await this.#decompress()) this.#forget(this.#position)
  }

  /** The last member is complete, what follows is padding or begins with it. */
  async #atEnd(): Promise<void> {
    this.#ended = true
    const end = this.#gunzip.bytesWritten
    if (!(await isOnlyPadding(this.#handle, end))) this.#garbage = Number(this.stats.size) - end
  }

  #failed(error: unknown): void {
    this.#ended = true
    const failure = error instanceof Error ? error : new Error(String(error))
    // The first byte of the two that are no header was taken before.
    if (failure.message === NO_HEADER && this.#taken >= SMALLEST_GZIP)
      this.#garbage = Number(this.stats.size) - this.#taken + 1
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
    this.#ended = false
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
