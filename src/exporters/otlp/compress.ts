import { promisify } from 'node:util'
import { constants, gzip, zstdCompress } from 'node:zlib'

const gzipAsync = promisify(gzip)
const zstdAsync = promisify(zstdCompress)

/** Compresses on libuv's threads. Level 1 of both: on audit events higher ones cost far more time than they save bytes. */
export async function compress(body: Buffer, compression: 'gzip' | 'zstd' | 'none'): Promise<Buffer> {
  if (compression === 'gzip') return gzipAsync(body, { level: 1 })
  if (compression === 'zstd') return zstdAsync(body, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
  return body
}
