import type { BigIntStats } from 'node:fs'

/** The content of an open file, uncompressed, at any offset. */
export interface ByteSource {
  readonly path: string
  /** As the file was when last looked at. While it is open, device and inode are its own; after that they are used again. */
  readonly stats: BigIntStats
  /** Bytes of content; of a compressed file modulo 2^32, and only when it is complete. */
  readonly size: number
  /**
   * Bytes that are there after `offset`: at least `wanted`, or all there are. Infinity when that cannot be known yet.
   * @throws ContentChanged when the file ends before `offset`
   */
  available(offset: number, wanted: number): Promise<number>
  /**
   * Fills `target` with what follows `offset` and returns how many bytes that were: fewer only at the end.
   * @throws ContentChanged when the bytes before `offset` are not `before`
   */
  read(target: Buffer, offset: number, before?: Buffer): Promise<number>
  /** Why the end that was reached is not the end of the content: a compressed file is incomplete or damaged. */
  whyNoEnd(): Promise<Error | undefined>
  close(): Promise<void>
}

/** What was read before is no longer in the file: it was truncated or overwritten. */
export class ContentChanged extends Error {
  override name = 'ContentChanged'
}

/** The bytes `[offset, offset + length)`, fewer at the end. */
export async function readRange(source: ByteSource, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  return bytes.subarray(0, await source.read(bytes, offset))
}

/** Whether both are one file at this moment. Says nothing about files that nobody holds open: inodes are used again. */
export function isSameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino
}
