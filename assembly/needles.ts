import { foundNeedle } from './imports'
import { CLOSE_BRACE, OPEN_BRACE } from './json'

// Layout of a table of needles, as src/wasm/needle-table.ts writes it.
const FIRST_ENTRIES: usize = 128
const SCRATCH: usize = 176
const ENTRIES: usize = 192
const ENTRY_SIZE: usize = 16
const INDEX: usize = 0
const OFFSET: usize = 4
const LENGTH: usize = 8
const PLACES: usize = 12
const PLACE_SIZE: usize = 32

const NEWLINE: u8 = 0x0a
/** Bytes of a window. */
const WINDOW: usize = 4

/** The groups, a bit for each, of which a needle may have the window that was found last. */
let groups: u32 = 0

/**
 * Address of the first line in `[at, end)` that has a needle, or is no whole object: it does not begin and end with
 * braces; `end` when there is none. A line begins at `at`, and the newline is one of the needles.
 */
export function findLine(table: usize, at: usize, end: usize): usize {
  if (at >= end || load<u8>(at) !== OPEN_BRACE) return at
  let line = at
  for (let window = nextWindow(table, at, end); window < end; window = nextWindow(table, window + 1, end)) {
    if (load<u8>(window) === NEWLINE) {
      if (load<u8>(window - 1) !== CLOSE_BRACE) return line
      line = window + 1
      if (line < end && load<u8>(line) !== OPEN_BRACE) return line
    } else if (checkWindow(table, window, line, end, false)) return line
  }
  return line < end && load<u8>(end - 1) !== CLOSE_BRACE ? line : end
}

/** Tells of all needles in `[from, to)`, in about their order. */
export function findNeedles(table: usize, from: usize, to: usize): void {
  for (let window = nextWindow(table, from, to); window < to; window = nextWindow(table, window + 1, to))
    checkWindow(table, window, from, to, true)
}

/**
 * Address of the next window of four bytes, at or after `at`, that a needle may have; `end` or more when there is none.
 * Four times two tables tell of each half of a byte the groups that it fits: 16 bytes are looked at in one step, so it
 * reads up to 18 bytes behind `end`. The algorithm is Teddy:
 * https://github.com/BurntSushi/aho-corasick/blob/master/src/packed/teddy/README.md
 */
function nextWindow(table: usize, at: usize, end: usize): usize {
  const low0 = v128.load(table)
  const high0 = v128.load(table, 16)
  const low1 = v128.load(table, 32)
  const high1 = v128.load(table, 48)
  const low2 = v128.load(table, 64)
  const high2 = v128.load(table, 80)
  const low3 = v128.load(table, 96)
  const high3 = v128.load(table, 112)
  const half = i8x16.splat(0x0f)
  // Of the 16 bytes before: nothing before `at` counts.
  let before0 = i8x16.splat(0)
  let before1 = before0
  let before2 = before0
  for (; at < end + WINDOW - 1; at += 16) {
    const bytes = v128.load(at)
    const low = v128.and(bytes, half)
    const high = v128.and(i16x8.shr_u(bytes, 4), half)
    const at0 = fits(low0, low, high0, high)
    const at1 = fits(low1, low, high1, high)
    const at2 = fits(low2, low, high2, high)
    const at3 = fits(low3, low, high3, high)
    // Each window is noted where its last byte is.
    let found = v128.and(
      at3,
      i8x16.shuffle(before0, at0, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28),
    )
    found = v128.and(
      found,
      i8x16.shuffle(before1, at1, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29),
    )
    found = v128.and(
      found,
      i8x16.shuffle(before2, at2, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30),
    )
    if (v128.any_true(found)) {
      const first = ctz(~i8x16.bitmask(i8x16.eq(found, i8x16.splat(0))))
      v128.store(table, found, SCRATCH)
      groups = load<u8>(table + first, SCRATCH)
      return at + first - (WINDOW - 1)
    }
    before0 = at0
    before1 = at1
    before2 = at2
  }
  return end
}

/** Of each of 16 bytes the groups that both its halves fit. */
function fits(lowTable: v128, low: v128, highTable: v128, high: v128): v128 {
  return v128.and(i8x16.relaxed_swizzle(lowTable, low), i8x16.relaxed_swizzle(highTable, high))
}

/** Whether a needle that lies in `[from, to)` has the window, by the groups that were found; or tells of all that do. */
function checkWindow(table: usize, window: usize, from: usize, to: usize, isTelling: bool): bool {
  for (let left = groups; left !== 0; left &= left - 1) {
    const slot = table + FIRST_ENTRIES + (ctz(left) << 2)
    const last: usize = load<u32>(slot, 4)
    for (let i: usize = load<u32>(slot); i < last; i++) {
      const entry = table + ENTRIES + i * ENTRY_SIZE
      const start = window - load<u32>(entry, OFFSET)
      if (start < from || start + load<u32>(entry, LENGTH) > to || !isNeedle(table, entry, start)) continue
      if (!isTelling) return true
      foundNeedle(load<u32>(entry, INDEX), start)
    }
  }
  return false
}

/** Each place has a bit for each byte that may stand there. Needles differ most at their ends. */
function isNeedle(table: usize, entry: usize, start: usize): bool {
  const length: usize = load<u32>(entry, LENGTH)
  let place: usize = table + load<u32>(entry, PLACES) + length * PLACE_SIZE
  for (let at = start + length; at > start; ) {
    const byte: u32 = load<u8>(--at)
    place -= PLACE_SIZE
    if (((load<u8>(place + (byte >> 3)) >> (byte & 7)) & 1) === 0) return false
  }
  return true
}
