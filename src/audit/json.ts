// Walks JSON text byte by byte without building values, for what looks into a few events; all of them are scanned by
// assembly/json.ts. Everything here accepts exactly what `JSON.parse` accepts (test/audit/scan-fuzz.test.ts) and returns the offset after what it read, or -1.
// Reading past the buffer's end gives undefined, which no comparison and no table accepts; callers check the offset.

export const QUOTE = 0x22
export const COMMA = 0x2c
export const COLON = 0x3a
export const BACKSLASH = 0x5c
export const OPEN_BRACKET = 0x5b
export const CLOSE_BRACKET = 0x5d
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d

/** 0 for bytes that may stand in a string as they are; the hot loops stop at everything else. */
export const STRING_STOP = new Uint8Array(256)
STRING_STOP.fill(1, 0, 0x20)
STRING_STOP[QUOTE] = 1
STRING_STOP[BACKSLASH] = 1

const HEX = new Uint8Array(256)
for (const digit of '0123456789abcdefABCDEF') HEX[digit.charCodeAt(0)] = 1
const SIMPLE_ESCAPE = new Uint8Array(256)
for (const letter of '"\\/bfnrt') SIMPLE_ESCAPE[letter.charCodeAt(0)] = 1

/** Offset of the first byte at or after `i` that is no JSON white space. */
export function skipSpace(b: Uint8Array, i: number): number {
  for (;;) {
    const c = b[i]
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return i
    i++
  }
}

/** `i` is at the opening quote. */
export function skipString(b: Uint8Array, i: number): number {
  return endString(b, i + 1)
}

/** `i` is inside a string. */
function endString(b: Uint8Array, i: number): number {
  for (;;) {
    while (STRING_STOP[b[i]!] === 0) i++
    const c = b[i]
    if (c === QUOTE) return i + 1
    if (c !== BACKSLASH) return -1
    i = skipEscape(b, i)
    if (i < 0) return -1
  }
}

function skipEscape(b: Uint8Array, i: number): number {
  const c = b[i + 1]!
  if (SIMPLE_ESCAPE[c] === 1) return i + 2
  const isHex = c === 0x75 && HEX[b[i + 2]!]! && HEX[b[i + 3]!]! && HEX[b[i + 4]!]! && HEX[b[i + 5]!]!
  return isHex ? i + 6 : -1
}

const isDigit = (c: number | undefined) => c !== undefined && c >= 0x30 && c <= 0x39

function skipDigits(b: Uint8Array, i: number): number {
  if (!isDigit(b[i])) return -1
  while (isDigit(b[i])) i++
  return i
}

function skipNumber(b: Uint8Array, i: number): number {
  if (b[i] === 0x2d) i++
  i = b[i] === 0x30 ? i + 1 : skipDigits(b, i)
  if (i >= 0 && b[i] === 0x2e) i = skipDigits(b, i + 1)
  if (i >= 0 && (b[i] === 0x65 || b[i] === 0x45)) {
    const sign = b[i + 1]
    i = skipDigits(b, sign === 0x2b || sign === 0x2d ? i + 2 : i + 1)
  }
  return i
}

function skipScalar(b: Uint8Array, i: number): number {
  switch (b[i]) {
    case 0x74:
      return b[i + 1] === 0x72 && b[i + 2] === 0x75 && b[i + 3] === 0x65 ? i + 4 : -1
    case 0x66:
      return b[i + 1] === 0x61 && b[i + 2] === 0x6c && b[i + 3] === 0x73 && b[i + 4] === 0x65 ? i + 5 : -1
    case 0x6e:
      return b[i + 1] === 0x75 && b[i + 2] === 0x6c && b[i + 3] === 0x6c ? i + 4 : -1
    default:
      return skipNumber(b, i)
  }
}

/** `i` is at the first byte of a value. */
export function skipValue(b: Uint8Array, i: number): number {
  const c = b[i]
  if (c === QUOTE) return skipString(b, i)
  if (c === OPEN_BRACE || c === OPEN_BRACKET) return skipContainer(b, i)
  return skipScalar(b, i)
}

const FIRST_STACK = new Uint8Array(1024)

/**
 * `i` is at the opening bracket. Iterative, so any depth is safe, at one byte of memory a level. The runs of plain bytes
 * are written out: whether the compiler would inline them changes from run to run.
 */
function skipContainer(b: Uint8Array, i: number): number {
  let stack: Uint8Array = FIRST_STACK
  let depth = 0
  let close = 0
  open: for (;;) {
    if (depth === stack.length) stack = doubled(stack)
    stack[depth++] = close
    close = b[i] === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET
    i = skipSpace(b, i + 1)
    let empty = b[i] === close
    for (;;) {
      if (empty) empty = false
      else {
        if (close === CLOSE_BRACE) {
          if (b[i] !== QUOTE) i = skipSpace(b, i)
          if (b[i++] !== QUOTE) return -1
          while (STRING_STOP[b[i]!] === 0) i++
          i = b[i] === QUOTE ? i + 1 : endString(b, i)
          if (b[i] !== COLON) i = skipSpace(b, i)
          if (b[i++] !== COLON) return -1
        }
        if (b[i]! <= 0x20) i = skipSpace(b, i)
        const c = b[i]
        if (c === QUOTE) {
          i++
          while (STRING_STOP[b[i]!] === 0) i++
          i = b[i] === QUOTE ? i + 1 : endString(b, i)
        } else if (c === OPEN_BRACE || c === OPEN_BRACKET) continue open
        else i = skipScalar(b, i)
        if (i < 0) return -1
      }
      if (b[i]! <= 0x20) i = skipSpace(b, i)
      while (b[i] === close) {
        close = stack[--depth]!
        i++
        if (depth === 0) return i
        if (b[i]! <= 0x20) i = skipSpace(b, i)
      }
      if (b[i] !== COMMA) return -1
      i++
    }
  }
}

function doubled(stack: Uint8Array): Uint8Array {
  const larger = new Uint8Array(stack.length * 2)
  larger.set(stack)
  return larger
}
