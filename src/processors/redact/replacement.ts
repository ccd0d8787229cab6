import { createHmac } from 'node:crypto'

/** What stands for something secret instead of it: ASCII without quotes, backslashes and characters that a URL reserves. */
export type Replacement = (secret: string) => string

/** The same for all. In a URL's query it is written by percent-encoding. */
export const REDACTED: Replacement = () => '<redacted>'

/** 128 bits of HMAC-SHA-256 under a key: equal secrets stay equal, and nobody without the key can try guesses. */
export function hmacReplacement(key: string): Replacement {
  return secret => `<hmac:${createHmac('sha256', key).update(secret).digest('base64url').slice(0, 22)}>`
}
