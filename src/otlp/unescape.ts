import { BACKSLASH } from '../audit/json.ts'

const SIMPLE_ESCAPES: Readonly<Record<number, number>> = {
  34: 0x22,
  92: 0x5c,
  47: 0x2f,
  98: 0x08,
  102: 0x0c,
  110: 0x0a,
  114: 0x0d,
  116: 0x09,
}

/**
 * Writes the unescaped content `[start, end)` of a JSON string to `target` at `to` as UTF-8 and returns the offset after it.
 * It never takes more bytes than the escaped form. A lone surrogate becomes U+FFFD.
 */
export function writeUnescaped(
  source: Buffer,
  start: number,
  end: number,
  target: Buffer,
  to: number,
): number {
  for (let i = start; i < end; i++) {
    const c = source[i]!
    if (c !== BACKSLASH) {
      target[to++] = c
      continue
    }
    const simple = SIMPLE_ESCAPES[source[++i]!]
    if (simple !== undefined) {
      target[to++] = simple
      continue
    }
    let codePoint = hex4(source, i + 1)
    i += 4
    const low = codePoint >= 0xd800 && codePoint < 0xdc00 && i + 6 < end ? lowSurrogate(source, i + 1) : 0
    if (low > 0) {
      codePoint = 0x10000 + ((codePoint - 0xd800) << 10) + (low - 0xdc00)
      i += 6
    } else if (codePoint >= 0xd800 && codePoint < 0xe000) codePoint = 0xfffd
    to = writeUtf8(target, to, codePoint)
  }
  return to
}

/** The low surrogate escaped at `i`, or 0 when there is none. */
function lowSurrogate(b: Buffer, i: number): number {
  if (b[i] !== BACKSLASH || b[i + 1] !== 0x75) return 0
  const code = hex4(b, i + 2)
  return code >= 0xdc00 && code < 0xe000 ? code : 0
}

function hex4(b: Buffer, i: number): number {
  return (
    (hexDigit(b[i]!) << 12) | (hexDigit(b[i + 1]!) << 8) | (hexDigit(b[i + 2]!) << 4) | hexDigit(b[i + 3]!)
  )
}

const hexDigit = (c: number) => (c <= 0x39 ? c - 0x30 : (c | 0x20) - 0x57)

function writeUtf8(target: Buffer, to: number, codePoint: number): number {
  if (codePoint < 0x80) {
    target[to++] = codePoint
    return to
  }
  if (codePoint < 0x800) target[to++] = 0xc0 | (codePoint >> 6)
  else {
    if (codePoint < 0x10000) target[to++] = 0xe0 | (codePoint >> 12)
    else {
      target[to++] = 0xf0 | (codePoint >> 18)
      target[to++] = 0x80 | ((codePoint >> 12) & 0x3f)
    }
    target[to++] = 0x80 | ((codePoint >> 6) & 0x3f)
  }
  target[to++] = 0x80 | (codePoint & 0x3f)
  return to
}
