import { hash } from 'node:crypto'

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** 22 characters of base64url: the first 128 bits of SHA-256. One call of OpenSSL costs half of what a Hash object does. */
export const sha256Id = (text: string | Uint8Array) => first128Bits(hash('sha256', text, 'base64url'))

/** The first 128 bits of a digest in base64url: 21 characters of 6 bits, and 2 bits of the next one. */
export function first128Bits(base64url: string): string {
  const last = BASE64URL.indexOf(base64url.charAt(21)) & 0b110000
  return base64url.slice(0, 21) + BASE64URL.charAt(last)
}
