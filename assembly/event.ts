// The event that is encoded, and where what it takes lies in memory.

import { OPEN_BRACKET, QUOTE } from './json'

// Layout of an attribute, as src/otlp/event-encoder.ts writes it.
const FIELD: usize = 0
const KIND: usize = 4
const KEY: usize = 8
const KEY_LENGTH: usize = 12
const ATTRIBUTE_SIZE: usize = 16

export const STRING: u32 = 0
export const STRINGS: u32 = 1
export const LATENCY: u32 = 3

let firstAttribute: usize = 0
/** Address after the last attribute. */
export let lastAttribute: usize = 0
/** The value of the attribute found last: where it begins, and the address after it. */
export let valueAt: usize = 0
export let valueEnd: usize = 0
/** Room for what is unescaped and for a stack of brackets, as long as the line. */
export let work: usize = 0
/** Where what is encoded is written. */
export let output: usize = 0
/** From an event's spans to the bits that tell of escapes. */
let escapesOffset: usize = 0
let spans: usize = 0
let escapes: usize = 0
let line: usize = 0
let origin: usize = 0

/** Tells where things are: before the first event. `workAt` has room for a line, `outputAt` for what is written of one. */
export function prepare(
  attributesAt: usize,
  attributeCount: usize,
  escapesAfter: usize,
  workAt: usize,
  outputAt: usize,
): void {
  firstAttribute = attributesAt
  lastAttribute = attributesAt + attributeCount * ATTRIBUTE_SIZE
  escapesOffset = escapesAfter
  work = workAt
  output = outputAt
}

/** The event is the line at `lineAt`, with spans at `spansAt` whose offsets count from `start` bytes before the line. */
export function take(lineAt: usize, start: usize, spansAt: usize): void {
  line = lineAt
  origin = lineAt - start
  spans = spansAt
  escapes = spansAt + escapesOffset
}

export function lineStart(): usize {
  return line
}

/** Address of the field's value, or 0. */
export function fieldStart(field: u32): usize {
  const start = load<i32>(spans + (field << 3))
  return start < 0 ? 0 : origin + start
}

/** Address after the value of a field that is there. */
export function fieldEnd(field: u32): usize {
  return origin + load<i32>(spans + (field << 3), 4)
}

/** Whether the field, a string, is written with escapes. */
export function isEscaped(field: u32): bool {
  return (load<u32>(escapes + ((field >> 5) << 2)) & (1 << (field & 31))) !== 0
}

/** The first attribute that the event may have; `lastAttribute` when there is none. */
export function firstFound(): usize {
  return found(firstAttribute)
}

/** The next attribute that the event may have. */
export function nextFound(attribute: usize): usize {
  return found(attribute + ATTRIBUTE_SIZE)
}

/** The first one from `attribute` on that is derived, or a field that is there and of its kind. */
function found(attribute: usize): usize {
  for (; attribute < lastAttribute; attribute += ATTRIBUTE_SIZE) {
    const kind = kindOf(attribute)
    if (kind === LATENCY) return attribute
    const field = fieldOf(attribute)
    valueAt = fieldStart(field)
    if (valueAt === 0) continue
    valueEnd = fieldEnd(field)
    const c = load<u8>(valueAt)
    if ((kind !== STRING || c === QUOTE) && (kind !== STRINGS || c === OPEN_BRACKET)) return attribute
  }
  return attribute
}

export function fieldOf(attribute: usize): u32 {
  return load<u32>(attribute, FIELD)
}

export function kindOf(attribute: usize): u32 {
  return load<u32>(attribute, KIND)
}

export function keyLength(attribute: usize): usize {
  return load<u32>(attribute, KEY_LENGTH)
}

export function putKey(out: usize, attribute: usize): usize {
  const length = keyLength(attribute)
  copy(out, load<u32>(attribute, KEY), length)
  return out + length
}

/** Writes up to 15 bytes more than it copies. */
export function copy(to: usize, from: usize, length: usize): void {
  if (length > 256) memory.copy(to, from, length)
  else for (let i: usize = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i))
}
