import {
  copy,
  fieldOf,
  firstFound,
  isEscaped,
  keyLength,
  kindOf,
  LATENCY,
  lastAttribute,
  lineStart,
  nextFound,
  output,
  putKey,
  STRING,
  STRINGS,
  take,
  valueAt,
  valueEnd,
  work,
} from './event'
import { CLOSE_BRACKET, QUOTE, skipSpace, skipValue } from './json'
import { integerAt } from './numbers'
import { elementText, findText, nextElement, textAt, textLength } from './texts'
import { eventTime, findTimes, hasTime, latency } from './time'

// Tags (field << 3 | wire type) of opentelemetry/proto/logs/v1/logs.proto and common/v1/common.proto.
const LOG_RECORDS: u8 = 0x12
const TIME: u8 = 0x09
const BODY: u8 = 0x2a
const ATTRIBUTES: u8 = 0x32
const KEY_VALUE_VALUE: u8 = 0x12
const STRING_VALUE: u8 = 0x0a
const INT_VALUE: u8 = 0x18
const ARRAY_VALUE: u8 = 0x2a
const VALUES: u8 = 0x0a

/**
 * Writes the event that is the line at `line`, of `length` bytes, as `ScopeLogs.log_records` of OTLP: its time, the line as body, its
 * attributes, and the constant fields at `constants`; see `take` for `start` and `spans`. The record's length counts `following` bytes
 * that the caller writes behind it.
 * Returns the address of its first byte; the last one is before `recordEnd()`.
 */
export function record(
  line: usize,
  length: usize,
  start: usize,
  spans: usize,
  constants: usize,
  constantsLength: usize,
  following: usize,
): usize {
  take(line, start, spans)
  findTimes()
  // The longest header has eleven bytes; it goes before the content when that is written.
  const content = output + 16
  let out = content
  if (hasTime) {
    store<u8>(out, TIME)
    store<u64>(out + 1, eventTime)
    out += 9
  }
  copy(out, constants, constantsLength)
  out += constantsLength
  out = message(out, BODY, messageSize(length))
  out = message(out, STRING_VALUE, length)
  memory.copy(out, lineStart(), length)
  out = attributes(out + length)
  end = out
  const size = out - content + following
  const first = content - 1 - varintSize(size)
  message(first, LOG_RECORDS, size)
  return first
}

let end: usize = 0

/** Address after what `record` wrote. */
export function recordEnd(): usize {
  return end
}

function attributes(out: usize): usize {
  for (let attribute = firstFound(); attribute < lastAttribute; attribute = nextFound(attribute)) {
    const kind = kindOf(attribute)
    if (kind === STRING) {
      findText(valueAt + 1, valueEnd - 1, isEscaped(fieldOf(attribute)))
      out = putText(keyValue(out, attribute, messageSize(textLength)))
    } else if (kind === STRINGS) {
      const values = valuesSize(valueAt)
      out = keyValue(out, attribute, messageSize(values))
      out = putValues(message(out, ARRAY_VALUE, values), valueAt)
    } else out = integer(out, attribute, kind === LATENCY ? latency : integerAt(valueAt, valueEnd))
  }
  return out
}

/** `KeyValue` up to the length of its value, which follows. */
function keyValue(out: usize, attribute: usize, valueLength: usize): usize {
  out = message(out, ATTRIBUTES, keyLength(attribute) + messageSize(valueLength))
  return message(putKey(out, attribute), KEY_VALUE_VALUE, valueLength)
}

/** Nothing for NaN. */
function integer(out: usize, attribute: usize, value: f64): usize {
  if (F64.isNaN(value)) return out
  const bits = value as i64 as u64
  out = keyValue(out, attribute, 1 + varintSize(bits))
  store<u8>(out, INT_VALUE)
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
      out = putText(message(out, VALUES, messageSize(textLength)))
    }
  }
  return out
}

/** `AnyValue.string_value` of the text found last. */
function putText(out: usize): usize {
  out = message(out, STRING_VALUE, textLength)
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
