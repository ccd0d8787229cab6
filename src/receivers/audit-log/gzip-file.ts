import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { ByteSource } from './byte-source.ts'
import { HEAD_LENGTH } from './cursor.ts'
import { Decompression } from './decompression.ts'
import { hasOneMember } from './gzip-members.ts'
import { openFile } from './open-file.ts'

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
  readonly #content: Decompression
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
    this.#content = new Decompression(handle, Number(stats.size))
  }

  /** Bytes after the last member that are no gzip and not only padding with NUL; known when the end was reached. */
  get garbage(): number {
    return this.#content.garbage
  }

  async available(offset: number): Promise<number> {
    const { isEnded, position } = this.#content
    return isEnded ? Math.max(0, position - offset) : Number.POSITIVE_INFINITY
  }

  read(target: Buffer, offset: number): Promise<number> {
    return this.#content.read(target, offset)
  }

  async whyNoEnd(): Promise<Error | undefined> {
    await this.#content.toEnd()
    return this.#content.failure
  }

  /** Whether `size` is that of the whole content, as far as the compressed bytes show. */
  hasOneMember(): Promise<boolean> {
    this.#hasOneMember ??= hasOneMember(this.#handle)
    return this.#hasOneMember
  }

  /** Bytes of content, modulo 2^32 when there is one member; decompresses everything when there are several. */
  async contentLength(): Promise<number> {
    if (this.size > 0 && (await this.hasOneMember())) return this.size
    await this.#content.toEnd()
    return this.#content.position
  }

  /**
   * Bytes of content after `offset` that are lost by damage; undefined when the trailer cannot be believed: there are several
   * members, or by it the file would be compressed far better than what was read of it.
   */
  async lostAfter(offset: number): Promise<number | undefined> {
    const { position, taken } = this.#content
    const most = (position / taken) * MOST_UNLIKE * Number(this.stats.size)
    const isBelievable = this.size > offset && this.size < most
    return isBelievable && (await this.hasOneMember()) ? this.size - offset : undefined
  }

  async close(): Promise<void> {
    this.#content.close()
    await this.#handle.close()
  }
}
