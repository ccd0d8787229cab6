import { gunzipSync, zstdDecompressSync } from 'node:zlib'

/** The body of a request without its `content-encoding`. */
export function decode(body: Buffer, encoding: string | undefined): Buffer {
  switch (encoding) {
    case undefined:
    case 'identity':
      return body
    case 'gzip':
      return gunzipSync(body)
    case 'zstd':
      return zstdDecompressSync(body)
    default:
      throw new Error(`content-encoding ${encoding}: expected gzip, zstd or none`)
  }
}
