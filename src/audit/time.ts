const ZERO = 0x30
const PLUS = 0x2b
const DASH = 0x2d
const DOT = 0x2e
const COLON = 0x3a
const UPPER_T = 0x54
const UPPER_Z = 0x5a

/** What the readers of numbers give for anything else: a year made of it stays below zero. */
const INVALID = -1_000_000
const SECONDS_PER_DAY = 86_400
const NANOS_PER_SECOND = 1_000_000_000n
const DAYS_IN_MONTH = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * An RFC 3339 time, the bytes `[start, end)` of `b`, in nanoseconds since 1970-01-01T00:00:00Z. Nothing is lost:
 * audit events have six fractional digits (metav1.MicroTime), old ones none, nine are read. Undefined when the bytes
 * are no such time, which includes JSON escapes, a leap second and a lower-case `t` or `z`, as in Go's time.RFC3339.
 */
export function parseTimestamp(b: Uint8Array, start: number, end: number): bigint | undefined {
  if (end - start < 20 || end > b.length || !hasSeparators(b, start)) return undefined
  const year = twoDigits(b, start) * 100 + twoDigits(b, start + 2)
  const month = twoDigits(b, start + 5)
  const day = twoDigits(b, start + 8)
  const hour = twoDigits(b, start + 11)
  const minute = twoDigits(b, start + 14)
  const second = twoDigits(b, start + 17)
  if (year < 0 || !isDay(year, month, day)) return undefined
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined
  let i = start + 19
  let nanos = 0
  if (b[i] === DOT) {
    const fraction = ++i
    while (i < end && isDigit(b[i]!)) nanos = nanos * 10 + b[i++]! - ZERO
    if (i === fraction || i > fraction + 9) return undefined
    for (let digits = i - fraction; digits < 9; digits++) nanos *= 10
  }
  const offset = offsetSeconds(b, i, end)
  if (offset === INVALID) return undefined
  const seconds = dayNumber(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offset
  return nanoseconds(seconds, nanos)
}

/** Whole microseconds fit a double up to the year 2255, which saves two of three bigints. */
function nanoseconds(seconds: number, nanos: number): bigint {
  const micros = seconds * 1e6 + Math.trunc(nanos / 1000)
  return nanos % 1000 === 0 && Number.isSafeInteger(micros)
    ? BigInt(micros) * 1000n
    : BigInt(seconds) * NANOS_PER_SECOND + BigInt(nanos)
}

/** The same for a string. */
export function parseTimestampText(text: string): bigint | undefined {
  const bytes = Buffer.from(text)
  return parseTimestamp(bytes, 0, bytes.length)
}

function hasSeparators(b: Uint8Array, i: number): boolean {
  const isDate = b[i + 4] === DASH && b[i + 7] === DASH && b[i + 10] === UPPER_T
  return isDate && b[i + 13] === COLON && b[i + 16] === COLON
}

const isDigit = (byte: number) => byte >= ZERO && byte <= ZERO + 9

function twoDigits(b: Uint8Array, i: number): number {
  const tens = b[i]!
  const ones = b[i + 1]!
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + ones - ZERO : INVALID
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (month === 2 && isLeapYear ? 29 : DAYS_IN_MONTH[month]!)
}

/** Days since 1970-01-01 in the Gregorian calendar. Years begin in March here, so a leap day is the last of its year. */
function dayNumber(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return y * 365 + leapDays + dayOfYear - 719_468
}

/** Seconds that the zone `[i, end)` is ahead of UTC: `Z`, `+hh:mm` or `-hh:mm`; INVALID for anything else. */
function offsetSeconds(b: Uint8Array, i: number, end: number): number {
  const sign = b[i]
  if (sign === UPPER_Z && end === i + 1) return 0
  if (end !== i + 6 || b[i + 3] !== COLON || (sign !== PLUS && sign !== DASH)) return INVALID
  const hours = twoDigits(b, i + 1)
  const minutes = twoDigits(b, i + 4)
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return INVALID
  const seconds = hours * 3600 + minutes * 60
  return sign === PLUS ? seconds : -seconds
}
