import * as z from 'zod'

const DURATION_UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const BYTE_UNITS: Record<string, number> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
}
const DURATION_EXPECTED = 'expected a duration such as 10s'
const SIZE_EXPECTED = 'expected a size such as 16MiB'

/** Timers of Node.js hold no more: they fire at once instead. */
const LONGEST_MS = 2 ** 31 - 1

/** A duration such as `250ms`, `10s`, `5m`, `1h`, `20d`, from 1 ms to 24 days; milliseconds after parsing. */
export function duration() {
  return z
    .string({ error: DURATION_EXPECTED })
    .transform((text, context) => {
      const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text)
      const ms = match ? Number(match[1]) * (DURATION_UNITS[match[2] ?? ''] ?? 0) : undefined
      if (ms !== undefined && ms >= 1 && ms <= LONGEST_MS) return ms
      const message = ms === undefined ? DURATION_EXPECTED : 'expected a duration from 1ms to 24d'
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
    .meta({ notation: 'duration' })
}

/** A size such as `512KiB`, `16MiB`, `100MB` or a plain number of bytes; bytes after parsing. */
export function byteSize() {
  return z
    .union([z.string(), z.number()], { error: SIZE_EXPECTED })
    .transform((value, context) => {
      const match = /^(\d+(?:\.\d+)?) ?(B|KB|MB|GB|KiB|MiB|GiB)?$/.exec(String(value))
      if (match) return Math.round(Number(match[1]) * (BYTE_UNITS[match[2] ?? 'B'] ?? 1))
      context.addIssue({ code: 'custom', message: SIZE_EXPECTED })
      return z.NEVER
    })
    .meta({ notation: 'size' })
}

/** A string that must never be shown: `print-config`, logs and errors write `<hidden>` instead. */
export function secret() {
  return z.string().min(1).meta({ secret: true })
}

/** Headers of each request by name, as whatever speaks HTTP has them among its options; their values are secrets. */
export function headerOptions() {
  return z.record(
    z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected a header name'),
    secret().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'expected a header value on one line'),
  )
}

/** Milliseconds as `duration()` reads them, in the largest unit that is exact: 90000 is `90s`. */
export function formatDuration(milliseconds: number): string {
  return inLargestUnit(milliseconds, ['d', 'h', 'm', 's', 'ms'], DURATION_UNITS)
}

/** Bytes as `byteSize()` reads them, in the largest unit that is exact: 1073741824 is `1GiB`. */
export function formatByteSize(bytes: number): string {
  return inLargestUnit(bytes, ['GiB', 'MiB', 'KiB', 'GB', 'MB', 'KB', 'B'], BYTE_UNITS)
}

function inLargestUnit(amount: number, units: readonly string[], factors: Record<string, number>): string {
  const smallest = units.at(-1) ?? ''
  const unit = amount === 0 ? smallest : (units.find(name => amount % (factors[name] ?? 1) === 0) ?? smallest)
  return `${amount / (factors[unit] ?? 1)}${unit}`
}
