import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { ByteSource } from '../../receivers/audit-log/byte-source.ts'

/** The content of a log, uncompressed, from its start to its end. */
export interface Bytes {
  /** For messages. */
  readonly name: string
  /** Fills `target` and returns how many bytes that were: fewer at the end or, of a stream, when there are no more at the moment; 0 only at the end. */
  read(target: Buffer): Promise<number>
  /** Why the end that was reached is not the end of the content: a compressed file is incomplete or damaged. */
  whyNoEnd(): Promise<Error | undefined>
  close(): Promise<void>
}

/** The content of an open file. */
export function bytesOfFile(source: ByteSource): Bytes {
  let offset = 0
  return {
    name: source.path,
    async read(target) {
      const count = await source.read(target, offset)
      offset += count
      return count
    },
    whyNoEnd: () => source.whyNoEnd(),
    close: () => source.close(),
  }
}

/** What a stream gives, such as stdin or a named pipe; uncompressed when it begins as gzip does. */
export function bytesOfStream(name: string, stream: Readable): Bytes {
  const pieces = plainPieces(stream)
  let rest: Buffer = Buffer.alloc(0)
  let failure: Error | undefined
  return {
    name,
    async read(target) {
      try {
        while (rest.length === 0) {
          const next = await pieces.next()
          if (next.done === true) return 0
          rest = next.value
        }
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error))
        return 0
      }
      const count = rest.copy(target)
      rest = rest.subarray(count)
      return count
    },
    whyNoEnd: async () => failure,
    async close() {
      stream.destroy()
    },
  }
}

async function* plainPieces(stream: Readable): AsyncGenerator<Buffer> {
  const pieces: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]()
  const first = await pieces.next()
  if (first.done === true) return
  const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b
  const all = startingWith(first.value, pieces)
  yield* isGzip ? Readable.from(all).pipe(createGunzip()) : all
}

async function* startingWith(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}
