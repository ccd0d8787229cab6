import { createHmac } from 'node:crypto'

/** What stands for something secret instead of it: ASCII without quotes, backslashes and characters that a URL reserves. */
export type Replacement = (secret: string) => string

/** The same for all. In a URL's query it is written by percent-encoding. */
export const REDACTED: Replacement = () => '<redacted>'

/** What was put somewhere before; it is left alone, so that dead letters can be redacted again. */
const REPLACED = /^(?:<redacted>|<hmac:[\w-]{22}>)$/

/** 128 bits of HMAC-SHA-256 under a key: equal secrets stay equal, and nobody without the key can try guesses. */
export function hmacReplacement(key: string): Replacement {
  return secret => {
    if (REPLACED.test(secret)) return secret
    return `<hmac:${createHmac('sha256', key).update(secret).digest('base64url').slice(0, 22)}>`
  }
}
