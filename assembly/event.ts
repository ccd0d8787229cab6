// The event that is encoded, and where what it takes lies in memory.

// Layout of an attribute, as src/otlp/event-encoder.ts writes it.
const FIELD: usize = 0
const KIND: usize = 4
const KEY: usize = 8
const KEY_LENGTH: usize = 12
const ATTRIBUTE_SIZE: usize = 16

export const STRING: u32 = 0
export const STRINGS: u32 = 1
export const LATENCY: u32 = 3

/** Address of the first attribute, and after the last one. */
export let firstAttribute: usize = 0
export let lastAttribute: usize = 0
/** Room for what is unescaped and for a stack of brackets, as long as the line. */
export let work: usize = 0
/** Where what is encoded is written. */
export let output: usize = 0
let spans: usize = 0
let escapes: usize = 0
let line: usize = 0
let origin: usize = 0
let lineLength: usize = 0

/** Tells where things are: before the first event. Behind `lineAt` is room for a line, then for `work`, then for what is written. */
export function prepare(
  attributesAt: usize,
  attributeCount: usize,
  spansAt: usize,
  escapesAt: usize,
  lineAt: usize,
  room: usize,
): void {
  firstAttribute = attributesAt
  lastAttribute = attributesAt + attributeCount * ATTRIBUTE_SIZE
  spans = spansAt
  escapes = escapesAt
  line = lineAt
  work = lineAt + room
  output = work + room
}

/** The line is in its place, so are its spans, whose offsets count from `start` bytes before it. */
export function take(length: usize, start: usize): void {
  lineLength = length
  origin = line - start
}

export function lineStart(): usize {
  return line
}

export function lineSize(): usize {
  return lineLength
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

export function nextAttribute(attribute: usize): usize {
  return attribute + ATTRIBUTE_SIZE
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
