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
import {
  BACKSLASH,
  CLOSE_BRACKET,
  endString,
  OPEN_BRACKET,
  QUOTE,
  skipPlain,
  skipSpace,
  skipValue,
} from './json'
import { unescaped } from './unescaped'

/** Room for what is unescaped and for a stack, as long as the line. */
let work: usize = 0
/** Where the text found last begins, and how long it is. */
let textAt: usize = 0
let textLength: usize = 0

/**
 * Writes the attributes between `first` and `last` to `out` as `LogRecord.attributes` of OTLP. `spans` tell where fields are in the
 * line, `origin` is what these offsets count from, `escapes` the bits for strings with escapes. Returns the address after it.
 */
export function protobufAttributes(
  first: usize,
  last: usize,
  spans: usize,
  escapes: usize,
  origin: usize,
  room: usize,
  out: usize,
): usize {
  work = room
  for (let attribute = first; attribute < last; attribute += ATTRIBUTE_SIZE) {
    const field = load<u32>(attribute, FIELD)
    const start = load<i32>(spans + (field << 3))
    if (start < 0) continue
    const at = origin + start
    const end = origin + load<i32>(spans + (field << 3), 4)
    const kind = load<u32>(attribute, KIND)
    const c = load<u8>(at)
    if (kind === STRING) {
      if (c !== QUOTE) continue
      findText(at + 1, end - 1, (load<u32>(escapes + ((field >> 5) << 2)) & (1 << (field & 31))) !== 0)
      out = keyValue(out, attribute, messageSize(textLength))
      out = message(out, 0x0a, textLength)
      out = putText(out)
    } else if (kind === STRINGS) {
      if (c !== OPEN_BRACKET) continue
      const values = valuesSize(at)
      out = keyValue(out, attribute, messageSize(values))
      out = message(out, 0x2a, values)
      out = putValues(out, at)
    } else out = integer(out, attribute, at, end)
  }
  return out
}

/** `KeyValue` up to the length of its value, which follows. */
function keyValue(out: usize, attribute: usize, valueLength: usize): usize {
  const keyLength: usize = load<u32>(attribute, KEY_LENGTH)
  out = message(out, 0x32, keyLength + messageSize(valueLength))
  copy(out, load<u32>(attribute, KEY), keyLength)
  return message(out + keyLength, 0x12, valueLength)
}

function integer(out: usize, attribute: usize, start: usize, end: usize): usize {
  const value = integerAt(start, end)
  if (F64.isNaN(value)) return out
  const bits = value as i64 as u64
  out = keyValue(out, attribute, 1 + varintSize(bits))
  store<u8>(out, 0x18)
  return varint(out + 1, bits)
}

/** Bytes that `ArrayValue.values` takes for the strings of the array at `at`. */
function valuesSize(at: usize): usize {
  let size: usize = 0
  for (at = skipSpace(at + 1); load<u8>(at) !== CLOSE_BRACKET; at = nextElement(at)) {
    if (load<u8>(at) !== QUOTE) at = skipValue(at, work)
    else {
      at = elementText(at)
      size += messageSize(messageSize(textLength))
    }
  }
  return size
}

function putValues(out: usize, at: usize): usize {
  for (at = skipSpace(at + 1); load<u8>(at) !== CLOSE_BRACKET; at = nextElement(at)) {
    if (load<u8>(at) !== QUOTE) at = skipValue(at, work)
    else {
      at = elementText(at)
      out = message(out, 0x0a, messageSize(textLength))
      out = putText(message(out, 0x0a, textLength))
    }
  }
  return out
}

/** Finds the text of the JSON string at `at`; returns the address after that. */
function elementText(at: usize): usize {
  const stop = skipPlain(at + 1)
  const isEscaped = load<u8>(stop) === BACKSLASH
  const end = isEscaped ? endString(stop) : stop + 1
  findText(at + 1, end - 1, isEscaped)
  return end
}

function findText(start: usize, end: usize, isEscaped: bool): void {
  textAt = isEscaped ? work : start
  textLength = isEscaped ? unescaped(start, end, work) - work : end - start
}

function putText(out: usize): usize {
  copy(out, textAt, textLength)
  return out + textLength
}

/** Tag and length of a field whose content follows. */
function message(out: usize, tag: u8, length: usize): usize {
  store<u8>(out, tag)
  return varint(out + 1, length)
}

/** Bytes that a field of so much content takes. */
function messageSize(length: usize): usize {
  return 1 + varintSize(length) + length
}

function varintSize(value: u64): usize {
  let size: usize = 1
  for (; value >= 0x80; value >>= 7) size++
  return size
}

function varint(out: usize, value: u64): usize {
  for (; value >= 0x80; value >>= 7) store<u8>(out++, (value as u8) | 0x80)
  store<u8>(out, value as u8)
  return out + 1
}
