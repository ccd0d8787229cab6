import {
  ATTRIBUTE_SIZE,
  copy,
  FIELD,
  integerAt,
  KEY,
  KEY_LENGTH,
  KIND,
  nextElement,
  STRING,
  STRINGS,
} from './attributes'
import { CLOSE_BRACKET, COMMA, endString, OPEN_BRACKET, QUOTE, skipSpace, skipValue } from './json'

/**
 * Writes the attributes between `first` and `last` to `out` as members of a JSON object: a key has its comma, its quotes and its
 * colon. For the other parameters see assembly/protobuf.ts. Returns the address after it.
 */
export function jsonAttributes(
  first: usize,
  last: usize,
  spans: usize,
  _escapes: usize,
  origin: usize,
  room: usize,
  out: usize,
): usize {
  for (let attribute = first; attribute < last; attribute += ATTRIBUTE_SIZE) {
    const span = spans + ((load<u32>(attribute, FIELD) as usize) << 3)
    const start = load<i32>(span)
    if (start < 0) continue
    const at = origin + start
    const end = origin + load<i32>(span, 4)
    const kind = load<u32>(attribute, KIND)
    const c = load<u8>(at)
    if (kind === STRING) {
      if (c !== QUOTE) continue
      out = key(out, attribute)
      copy(out, at, end - at)
      out += end - at
    } else if (kind === STRINGS) {
      if (c === OPEN_BRACKET) out = strings(key(out, attribute), at, room)
    } else {
      const value = integerAt(at, end)
      if (!F64.isNaN(value)) out = decimal(key(out, attribute), value as i64)
    }
  }
  return out
}

function key(out: usize, attribute: usize): usize {
  const length: usize = load<u32>(attribute, KEY_LENGTH)
  copy(out, load<u32>(attribute, KEY), length)
  return out + length
}

/** The strings of the array at `at`: a field takes no other elements. */
function strings(out: usize, at: usize, stack: usize): usize {
  const first = out + 1
  store<u8>(out++, OPEN_BRACKET)
  for (at = skipSpace(at + 1); load<u8>(at) !== CLOSE_BRACKET; at = nextElement(at)) {
    if (load<u8>(at) !== QUOTE) at = skipValue(at, stack)
    else {
      const end = endString(at + 1)
      if (out > first) store<u8>(out++, COMMA)
      copy(out, at, end - at)
      out += end - at
      at = end
    }
  }
  store<u8>(out, CLOSE_BRACKET)
  return out + 1
}

function decimal(out: usize, value: i64): usize {
  if (value < 0) {
    store<u8>(out++, 0x2d)
    value = -value
  }
  let scale: i64 = 1
  while (value / scale >= 10) scale *= 10
  for (; scale > 0; scale /= 10) store<u8>(out++, (0x30 + ((value / scale) % 10)) as u8)
  return out
}
