import { parseTimestampText } from '../audit/time.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3, w: 7 * 86_400e3 }

/**
 * The moment that `text` means, in nanoseconds since 1970: RFC 3339, a day in UTC, or so long before `now`, which is in
 * milliseconds; what is before 1970 is 1970, as no audit log is older. Undefined when it means none.
 */
export function moment(text: string, now: number): bigint | undefined {
  const nanos = nanosOf(text, now)
  return nanos !== undefined && nanos < 0n ? 0n : nanos
}

function nanosOf(text: string, now: number): bigint | undefined {
  const ago = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text)
  if (ago !== null) {
    const milliseconds = Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0)
    return BigInt(Math.round(now - milliseconds)) * 1_000_000n
  }
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text)
  return parseTimestampText(isDay ? `${text}T00:00:00Z` : text)
}
