import {
  copy,
  firstFound,
  kindOf,
  LATENCY,
  lastAttribute,
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
import { CLOSE_BRACKET, COMMA, endString, OPEN_BRACKET, QUOTE, skipSpace, skipValue } from './json'
import { integerAt } from './numbers'
import { nextElement } from './texts'
import { findTimes, isUsual, latency } from './time'

/**
 * Writes the attributes of the event that is the line at `line` as members of a JSON object; a key has its comma, its quotes and its
 * colon. See `take` for `start` and `spans`. Returns the address after them.
 */
export function members(line: usize, start: usize, spans: usize): usize {
  take(line, start, spans)
  findTimes()
  let out = output
  for (let attribute = firstFound(); attribute < lastAttribute; attribute = nextFound(attribute)) {
    const kind = kindOf(attribute)
    if (kind === STRING) out = raw(putKey(out, attribute), valueAt, valueEnd)
    else if (kind === STRINGS) out = strings(putKey(out, attribute), valueAt)
    else out = integer(out, attribute, kind === LATENCY ? latency : integerAt(valueAt, valueEnd))
  }
  return out
}

/** Whether `stageTimestamp` of that line is its time, as Go writes it. */
export function hasUsualTimes(): i32 {
  return isUsual ? 1 : 0
}

function raw(out: usize, start: usize, end: usize): usize {
  copy(out, start, end - start)
  return out + (end - start)
}

/** The strings of the array at `at`: a field takes no other elements. */
function strings(out: usize, at: usize): usize {
  const first = out + 1
  store<u8>(out++, OPEN_BRACKET)
  for (at = skipSpace(at + 1); load<u8>(at) !== CLOSE_BRACKET; at = nextElement(at)) {
    if (load<u8>(at) !== QUOTE) at = skipValue(at, work)
    else {
      const end = endString(at + 1)
      if (out > first) store<u8>(out++, COMMA)
      out = raw(out, at, end)
      at = end
    }
  }
  store<u8>(out, CLOSE_BRACKET)
  return out + 1
}

/** Nothing for NaN. */
function integer(out: usize, attribute: usize, value: f64): usize {
  return F64.isNaN(value) ? out : decimal(putKey(out, attribute), value as i64)
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
