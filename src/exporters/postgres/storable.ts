import { isIPv4, isIPv6 } from 'node:net'
import { parseTimestampText } from '../../audit/time.ts'

/**
 * A text that PostgreSQL takes: it has no NUL, and UTF-8 has no half of a surrogate pair. Both become U+FFFD.
 * https://www.postgresql.org/docs/current/datatype-character.html
 */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed()
}

/** A value of JSON with all its texts, keys too, as `storableText` gives them. */
export function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  if (Array.isArray(value)) return value.map(storableJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [storableText(key), storableJson(item)]),
  )
}

/** A text of at most so many characters, not cut within one. */
export function shortened(text: string, characters: number): string {
  return text.length <= characters ? text : [...text].slice(0, characters).join('')
}

const NANOS_PER_MS = 1_000_000n

/** Nanoseconds since 1970 as `timestamptz` takes them, in UTC with microseconds; undefined before the year 1. */
export function storableNanos(nanos: bigint): string | undefined {
  const remainder = ((nanos % NANOS_PER_MS) + NANOS_PER_MS) % NANOS_PER_MS
  const text = new Date(Number((nanos - remainder) / NANOS_PER_MS)).toISOString()
  const isInRange = /^(?!0000)\d{4}-/.test(text)
  return isInRange ? text.replace('Z', `${String(remainder / 1000n).padStart(3, '0')}Z`) : undefined
}

/** A time as written in an event, the same way; undefined when it is none. */
export function storableTime(text: string | undefined): string | undefined {
  const nanos = text === undefined ? undefined : parseTimestampText(text)
  return nanos === undefined ? undefined : storableNanos(nanos)
}

/** Whether `inet` takes it. Node.js also takes zones, as in `fe80::1%eth0`. */
export function isAddress(text: string): boolean {
  return isIPv4(text) || (isIPv6(text) && !text.includes('%'))
}
