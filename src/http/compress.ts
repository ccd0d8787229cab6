import { promisify } from 'node:util'
import { constants, gzip, zstdCompress } from 'node:zlib'

const gzipAsync = promisify(gzip)
const zstdAsync = promisify(zstdCompress)

const SMALLEST_CHUNK = 4096

/** Compresses on libuv's threads. Level 1 of both: on audit events higher ones cost far more time than they save bytes. More memory makes gzip 6 % faster. */
export async function compress(body: Buffer, compression: 'gzip' | 'zstd' | 'none'): Promise<Buffer> {
  // By default the result comes in pieces of 16 KiB, each a turn of the event loop. What a request is compressed to takes a
  // quarter of it at most; twice that much garbage makes V8 collect so often that it takes a tenth of all time.
  const chunkSize = Math.max(SMALLEST_CHUNK, body.length >> 2)
  if (compression === 'gzip') return gzipAsync(body, { level: 1, memLevel: 9, chunkSize })
  if (compression === 'zstd')
    return zstdAsync(body, { chunkSize, params: { [constants.ZSTD_c_compressionLevel]: 1 } })
  return body
}

/**
 * Frees what `compress` made and nobody reads any more: it cannot be reused, and V8 lets some 64 MB of such memory
 * gather before it collects the garbage.
 */
export function free(compressed: Buffer): void {
  const { buffer } = compressed
  // Node.js cuts small buffers from a common one.
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0)
}
