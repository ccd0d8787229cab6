import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { type ByteSource, ContentChanged } from './byte-source.ts'
import { openFile } from './open-file.ts'

const NOTHING = Buffer.alloc(0)

/** An uncompressed file. Keeps its content readable after it was renamed or deleted. */
export class PlainFile implements ByteSource {
  readonly path: string
  readonly #handle: FileHandle
  #stats: BigIntStats

  static async open(path: string): Promise<PlainFile> {
    const handle = await openFile(path)
    try {
      return new PlainFile(path, handle, await handle.stat({ bigint: true }))
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  private constructor(path: string, handle: FileHandle, stats: BigIntStats) {
    this.path = path
    this.#handle = handle
    this.#stats = stats
  }

  get stats(): BigIntStats {
    return this.#stats
  }

  get size(): number {
    return Number(this.#stats.size)
  }

  async available(offset: number, wanted: number): Promise<number> {
    if (this.size - offset < wanted) this.#stats = await this.#handle.stat({ bigint: true })
    const available = this.size - offset
    if (available < 0)
      throw new ContentChanged(`${this.path} was truncated from ${offset} to ${this.#stats.size} bytes`)
    return available
  }

  async read(target: Buffer, offset: number, before = NOTHING): Promise<number> {
    const found = Buffer.allocUnsafe(before.length)
    const { bytesRead } = await this.#handle.readv([found, target], offset - before.length)
    if (bytesRead < before.length || !found.equals(before))
      throw new ContentChanged(`${this.path} has other content before byte ${offset} than was read there`)
    let count = bytesRead - before.length
    while (count < target.length) {
      const more = await this.#handle.read(target, count, target.length - count, offset + count)
      if (more.bytesRead === 0) break
      count += more.bytesRead
    }
    return count
  }

  async whyNoEnd(): Promise<undefined> {}

  async close(): Promise<void> {
    await this.#handle.close()
  }
}
