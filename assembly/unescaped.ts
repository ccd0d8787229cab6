import { BACKSLASH } from './json'

/**
 * Writes the content `[start, end)` of a JSON string, unescaped, to `out` as UTF-8 and returns the address after it.
 * It never takes more bytes than the escaped form. A lone surrogate becomes U+FFFD.
 */
export function unescaped(start: usize, end: usize, out: usize): usize {
  for (let at = start; at < end; ) {
    const c = load<u8>(at++)
    if (c !== BACKSLASH) {
      store<u8>(out++, c)
      continue
    }
    const letter = load<u8>(at++)
    if (letter !== 0x75) {
      store<u8>(out++, simple(letter))
      continue
    }
    let code = hex4(at)
    at += 4
    if (code >= 0xd800 && code < 0xe000) {
      const low = code < 0xdc00 && at + 6 <= end ? lowSurrogate(at) : 0
      if (low > 0) at += 6
      code = low > 0 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : 0xfffd
    }
    out = utf8(out, code)
  }
  return out
}

/** What the letter after a backslash stands for; quotes, slashes and backslashes stand for themselves. */
function simple(letter: u8): u8 {
  if (letter === 0x62) return 0x08
  if (letter === 0x66) return 0x0c
  if (letter === 0x6e) return 0x0a
  if (letter === 0x72) return 0x0d
  return letter === 0x74 ? 0x09 : letter
}

/** The low surrogate escaped at `at`, or 0. */
function lowSurrogate(at: usize): u32 {
  if (load<u8>(at) !== BACKSLASH || load<u8>(at + 1) !== 0x75) return 0
  const code = hex4(at + 2)
  return code >= 0xdc00 && code < 0xe000 ? code : 0
}

function hex4(at: usize): u32 {
  return (hex(at) << 12) | (hex(at + 1) << 8) | (hex(at + 2) << 4) | hex(at + 3)
}

function hex(at: usize): u32 {
  const c: u32 = load<u8>(at)
  return c <= 0x39 ? c - 0x30 : (c | 0x20) - 0x57
}

function utf8(out: usize, code: u32): usize {
  if (code < 0x80) {
    store<u8>(out, code as u8)
    return out + 1
  }
  if (code < 0x800) store<u8>(out++, (0xc0 | (code >> 6)) as u8)
  else {
    if (code < 0x10000) store<u8>(out++, (0xe0 | (code >> 12)) as u8)
    else {
      store<u8>(out++, (0xf0 | (code >> 18)) as u8)
      store<u8>(out++, (0x80 | ((code >> 12) & 0x3f)) as u8)
    }
    store<u8>(out++, (0x80 | ((code >> 6) & 0x3f)) as u8)
  }
  store<u8>(out, (0x80 | (code & 0x3f)) as u8)
  return out + 1
}
