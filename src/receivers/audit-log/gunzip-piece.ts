import type { Gunzip } from 'node:zlib'
import { codeOf } from './troubles.ts'

/** Gives it a piece, an empty one at the end, and waits until it has decompressed it; false when it takes no more. @throws zlib's error */
export function give(gunzip: Gunzip, piece: Buffer): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const onEnd = () => resolve(false)
  gunzip.once('error', reject)
  gunzip.once('end', onEnd)
  if (piece.length === 0) gunzip.end()
  else gunzip.write(piece, () => resolve(true))
  return promise.finally(() => gunzip.off('error', reject).off('end', onEnd))
}

/** Whether decompression failed at some byte of a piece, not the reading of the file nor because it ends too early. */
export function isFoundInContent(error: unknown): boolean {
  return codeOf(error) === 'Z_DATA_ERROR'
}
