import { findDecoded } from './imports'
import {
  CLOSE_BRACE,
  COLON,
  COMMA,
  endString,
  OPEN_BRACE,
  QUOTE,
  SPACE,
  skipPlain,
  skipSpace,
  skipValue,
} from './json'

// Layout of a table of keys, as src/audit/scan-memory.ts writes it.
const FACTOR: usize = 0
const FIELD_COUNT: usize = 4
const SLOTS: usize = 8
const ENTRIES: usize = 8 + 128
const ENTRY_SIZE: usize = 16
const ENTRY_LENGTH: usize = 4
const ENTRY_FIELD: usize = 8
const ENTRY_NESTED: usize = 12

const NOT_JSON: i32 = 1
const NO_OBJECT: i32 = 2
const EMPTY: i32 = 3

/** What the spans in the table are relative to: addresses become offsets in the caller's buffer. */
let origin: usize = 0
let stack: usize = 0
let spans: usize = 0
let escapes: usize = 0

/**
 * Notes where the fields of the line at `line` begin and end, offsets counted from `start`, in the slots at `slots`,
 * of which `escapeSlots` are the first two for bits. At `stackAt` is room for as many bytes as the line has.
 * What is behind the line is as it was afterwards. Returns 0 when it is a JSON object, else why not.
 */
export function scanLine(
  line: usize,
  length: usize,
  start: usize,
  slots: usize,
  escapeSlots: usize,
  keys: usize,
  stackAt: usize,
): i32 {
  const end = line + length
  const behind = load<u8>(end)
  store<u8>(end, 0)
  origin = line - start
  stack = stackAt
  spans = slots
  escapes = escapeSlots
  memory.fill(slots, 0xff, escapeSlots - slots)
  store<u64>(escapeSlots, 0)
  const result = scanWhole(line, end, keys)
  store<u8>(end, behind)
  return result
}

function scanWhole(line: usize, end: usize, keys: usize): i32 {
  const first = skipSpace(line)
  if (first >= end) return EMPTY
  const isObject = load<u8>(first) === OPEN_BRACE
  const after = isObject ? scanObject(first, keys) : skipValue(first, stack)
  if (after === 0 || after > end || skipSpace(after) < end) return NOT_JSON
  return isObject ? 0 : NO_OBJECT
}

/** Reads an object's members and notes the spans of the keys in the table. */
function scanObject(at: usize, keys: usize): usize {
  at = skipSpace(at + 1)
  if (load<u8>(at) === CLOSE_BRACE) return at + 1
  while (true) {
    if (load<u8>(at) !== QUOTE) at = skipSpace(at)
    if (load<u8>(at) !== QUOTE) return 0
    const keyStart = at
    at = skipPlain(at + 1)
    let entry: usize = 0
    if (load<u8>(at) === QUOTE) entry = findKey(keys, keyStart + 1, at++)
    else {
      at = endString(at)
      if (at === 0) return 0
      const index = findDecoded(keys, keyStart, at)
      if (index > 0) entry = keys + ENTRIES + ((index - 1) as usize) * ENTRY_SIZE
    }
    if (load<u8>(at) !== COLON) at = skipSpace(at)
    if (load<u8>(at) !== COLON) return 0
    at++
    if (load<u8>(at) <= SPACE) at = skipSpace(at)
    at = entry === 0 ? skipValue(at, stack) : scanField(at, entry)
    if (at === 0) return 0
    if (load<u8>(at) <= SPACE) at = skipSpace(at)
    const c = load<u8>(at++)
    if (c === CLOSE_BRACE) return at
    if (c !== COMMA) return 0
  }
}

/** `at` is at the value of a known key. */
function scanField(at: usize, entry: usize): usize {
  const field = load<u32>(entry, ENTRY_FIELD)
  const nested: usize = load<u32>(entry, ENTRY_NESTED)
  const span = spans + (field << 3)
  if (nested !== 0) forget(nested)
  if (load<i32>(span) >= 0) store<u32>(escapes, load<u32>(escapes, 4) | 0x80000000, 4)
  const start = at
  const c = load<u8>(at)
  if (c === QUOTE) at = skipFieldString(at + 1, field)
  else if (c === OPEN_BRACE && nested !== 0) at = scanObject(at, nested)
  else at = skipValue(at, stack)
  if (at === 0) return 0
  store<u32>(span, start - origin)
  store<u32>(span, at - origin, 4)
  return at
}

/** Skips a string and notes whether it has escapes, so that nobody has to look again. */
function skipFieldString(at: usize, field: u32): usize {
  at = skipPlain(at)
  const slot = escapes + ((field >> 5) << 2)
  const bit: u32 = 1 << (field & 31)
  if (load<u8>(at) === QUOTE) {
    store<u32>(slot, load<u32>(slot) & ~bit)
    return at + 1
  }
  store<u32>(slot, load<u32>(slot) | bit)
  return endString(at)
}

/** Of a duplicate key only the last value counts, so what was found in another one is forgotten. */
function forget(keys: usize): void {
  const count = load<u32>(keys, FIELD_COUNT)
  for (let i: usize = 0; i < count; i++) {
    const field = load<u32>(keys + ENTRIES + i * ENTRY_SIZE, ENTRY_FIELD)
    store<i32>(spans + (field << 3), -1)
  }
}

/** The entry of the key with the bytes `[start, end)`, or 0. */
function findKey(keys: usize, start: usize, end: usize): usize {
  const length = end - start
  if (length === 0) return 0
  const first = load<u8>(start) as u32
  const last = load<u8>(end - 1) as u32
  const hash = (first + last * load<u32>(keys, FACTOR) + (length as u32) * 7) & 0x7f
  const index = load<u8>(keys + hash, SLOTS) as usize
  if (index === 0) return 0
  const entry = keys + ENTRIES + (index - 1) * ENTRY_SIZE
  if (load<u32>(entry, ENTRY_LENGTH) !== (length as u32)) return 0
  return isSame(start, load<u32>(entry), length) ? entry : 0
}

function isSame(a: usize, b: usize, length: usize): bool {
  for (; length > 8; length -= 8, a += 8, b += 8) if (load<u64>(a) !== load<u64>(b)) return false
  return (load<u64>(a) ^ load<u64>(b)) << (64 - (length << 3)) === 0
}
