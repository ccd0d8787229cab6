import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { pipeline as finish } from 'node:stream/promises'
import { constants, createGunzip, type Gunzip } from 'node:zlib'
import type { ByteSource } from './byte-source.ts'
import { HEAD_LENGTH } from './cursor.ts'
import { openFile } from './open-file.ts'

/** Small, as each look into a new backup takes one of each; four times as large they are a sixth quicker. */
const COMPRESSED_CHUNK = 32 * 1024
const UNCOMPRESSED_CHUNK = 64 * 1024
/** Header and trailer of RFC 1952; a file that is shorter is still being written. */
export const SMALLEST_GZIP = 18

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
  #chunks: AsyncIterator<Buffer>
  /** Uncompressed bytes `[#base, #position)`, kept because they may be read again. */
  #pieces: Buffer[] = []
  #base = 0
  #position = 0
  #ended = false
  #failure: Error | undefined

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
    this.#gunzip = gunzip(handle)
    this.#chunks = this.#gunzip[Symbol.asyncIterator]()
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
    if (this.#failure !== undefined) return this.#failure
    if (this.stats.size < SMALLEST_GZIP)
      return Object.assign(new Error('unexpected end of file'), { code: 'Z_BUF_ERROR' })
    if (this.#position % 2 ** 32 === this.size) return undefined
    // Several members in one file are complete too: only a strict pass can tell.
    return finish(compressed(this.#handle), createGunzip(), drain).then(
      () => undefined,
      (error: Error) => error,
    )
  }

  async close(): Promise<void> {
    this.#gunzip.destroy()
    await this.#handle.close()
  }

  /** Decompresses one piece more; false at the end. */
  async #decompress(): Promise<boolean> {
    if (this.#ended) return false
    try {
      const { value, done } = await this.#chunks.next()
      if (done !== true) {
        this.#pieces.push(value)
        this.#position += value.length
        return true
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
    this.#ended = true
    return false
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
    this.#gunzip = gunzip(this.#handle)
    this.#chunks = this.#gunzip[Symbol.asyncIterator]()
    this.#pieces = []
    this.#base = 0
    this.#position = 0
    this.#ended = false
    this.#failure = undefined
  }
}

async function* compressed(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const buffer = Buffer.allocUnsafeSlow(COMPRESSED_CHUNK)
    const { bytesRead } = await handle.read(buffer, 0, COMPRESSED_CHUNK, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** With Z_SYNC_FLUSH an incomplete file ends without an error, so that all that is in it can be read. */
function gunzip(handle: FileHandle): Gunzip {
  const stream = createGunzip({ chunkSize: UNCOMPRESSED_CHUNK, finishFlush: constants.Z_SYNC_FLUSH })
  // Failures reach the reader through the iterator.
  return pipeline(compressed(handle), stream, () => {})
}

async function drain(chunks: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of chunks);
}
