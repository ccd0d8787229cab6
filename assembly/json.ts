// Walks JSON text in memory without building values. Everything here accepts exactly what `JSON.parse` accepts
// (test/audit/scan-fuzz.test.ts) and returns the address after what it read, or 0.
// The text ends with a NUL, which nothing accepts; up to 15 bytes behind that are read and mean nothing.

export const QUOTE: u8 = 0x22
export const COMMA: u8 = 0x2c
export const COLON: u8 = 0x3a
export const BACKSLASH: u8 = 0x5c
export const OPEN_BRACKET: u8 = 0x5b
export const CLOSE_BRACKET: u8 = 0x5d
export const OPEN_BRACE: u8 = 0x7b
export const CLOSE_BRACE: u8 = 0x7d
export const SPACE: u8 = 0x20

/** Address of the first byte at or after `at` that is no JSON white space. */
export function skipSpace(at: usize): usize {
  while (isSpace(load<u8>(at))) at++
  return at
}

function isSpace(c: u8): bool {
  return c === SPACE || c === 0x0a || c === 0x0d || c === 0x09
}

/** Address of the first byte at or after `at` that may not stand in a string as it is: 16 bytes are looked at in one step. */
export function skipPlain(at: usize): usize {
  while (true) {
    const bytes = v128.load(at)
    const ends = v128.or(i8x16.eq(bytes, i8x16.splat(QUOTE)), i8x16.eq(bytes, i8x16.splat(BACKSLASH)))
    const stops = i8x16.bitmask(v128.or(ends, i8x16.lt_u(bytes, i8x16.splat(SPACE))))
    if (stops !== 0) return at + ctz(stops)
    at += 16
  }
}

/** `at` is inside a string. */
export function endString(at: usize): usize {
  while (true) {
    at = skipPlain(at)
    const c = load<u8>(at)
    if (c === QUOTE) return at + 1
    if (c !== BACKSLASH) return 0
    at = skipEscape(at)
    if (at === 0) return 0
  }
}

/** `at` is at the backslash. */
function skipEscape(at: usize): usize {
  const c = load<u8>(at + 1)
  if (c === 0x75) {
    for (let i: usize = 2; i < 6; i++) if (!isHex(load<u8>(at + i))) return 0
    return at + 6
  }
  const isSimple =
    c === QUOTE ||
    c === BACKSLASH ||
    c === 0x2f ||
    c === 0x62 ||
    c === 0x66 ||
    c === 0x6e ||
    c === 0x72 ||
    c === 0x74
  return isSimple ? at + 2 : 0
}

function isHex(c: u8): bool {
  const letter = c | 0x20
  return isDigit(c) || (letter >= 0x61 && letter <= 0x66)
}

function isDigit(c: u8): bool {
  return c >= 0x30 && c <= 0x39
}

function skipDigits(at: usize): usize {
  if (!isDigit(load<u8>(at))) return 0
  while (isDigit(load<u8>(at))) at++
  return at
}

function skipNumber(at: usize): usize {
  if (load<u8>(at) === 0x2d) at++
  at = load<u8>(at) === 0x30 ? at + 1 : skipDigits(at)
  if (at !== 0 && load<u8>(at) === 0x2e) at = skipDigits(at + 1)
  if (at !== 0 && (load<u8>(at) | 0x20) === 0x65) {
    const sign = load<u8>(at + 1)
    at = skipDigits(sign === 0x2b || sign === 0x2d ? at + 2 : at + 1)
  }
  return at
}

/** What is neither a string nor an object or array. */
function skipScalar(at: usize): usize {
  const word = load<u32>(at)
  if (word === 0x65757274) return at + 4 // true
  if (word === 0x6c6c756e) return at + 4 // null
  if (word === 0x736c6166) return load<u8>(at + 4) === 0x65 ? at + 5 : 0 // false
  return skipNumber(at)
}

/** `at` is at the first byte of a value; `stack` is as long as the text. */
export function skipValue(at: usize, stack: usize): usize {
  const c = load<u8>(at)
  if (c === QUOTE) return endString(at + 1)
  if (c === OPEN_BRACE || c === OPEN_BRACKET) return skipContainer(at, stack)
  return skipScalar(at)
}

/** `at` is at the opening bracket. Iterative, so any depth is safe: `stack` holds a byte for each level. */
function skipContainer(at: usize, stack: usize): usize {
  const bottom = stack
  let close: u8 = 0
  while (true) {
    // At an opening bracket.
    store<u8>(stack++, close)
    close = load<u8>(at) === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET
    at++
    if (load<u8>(at) <= SPACE) at = skipSpace(at)
    let isEmpty = load<u8>(at) === close
    while (true) {
      // At a member or element, or at the end of an empty container.
      if (isEmpty) isEmpty = false
      else {
        if (close === CLOSE_BRACE) {
          if (load<u8>(at) !== QUOTE) return 0
          at = endString(at + 1)
          if (at === 0) return 0
          if (load<u8>(at) !== COLON) at = skipSpace(at)
          if (load<u8>(at) !== COLON) return 0
          at++
          if (load<u8>(at) <= SPACE) at = skipSpace(at)
        }
        const c = load<u8>(at)
        if (c === QUOTE) at = endString(at + 1)
        else if (c === OPEN_BRACE || c === OPEN_BRACKET) break
        else at = skipScalar(at)
        if (at === 0) return 0
      }
      if (load<u8>(at) <= SPACE) at = skipSpace(at)
      while (load<u8>(at) === close) {
        close = load<u8>(--stack)
        at++
        if (stack === bottom) return at
        if (load<u8>(at) <= SPACE) at = skipSpace(at)
      }
      if (load<u8>(at) !== COMMA) return 0
      at++
      if (load<u8>(at) <= SPACE) at = skipSpace(at)
    }
  }
}
