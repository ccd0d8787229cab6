import { integerOf } from './imports'
import { COMMA, skipSpace } from './json'

// Layout of an attribute, as src/otlp/field-encoder.ts writes it.
export const FIELD: usize = 0
export const KIND: usize = 4
export const KEY: usize = 8
export const KEY_LENGTH: usize = 12
export const ATTRIBUTE_SIZE: usize = 16

export const STRING: u32 = 0
export const STRINGS: u32 = 1

/** NaN when the value is no integer that a double holds exactly. */
export function integerAt(start: usize, end: usize): f64 {
  if (end - start > 15) return integerOf(start, end)
  let value: i64 = 0
  for (let at = start; at < end; at++) {
    const digit: i32 = (load<u8>(at) as i32) - 0x30
    if (digit < 0 || digit > 9) return integerOf(start, end)
    value = value * 10 + digit
  }
  return value as f64
}

/** From behind an element to the next one, or to the bracket. */
export function nextElement(at: usize): usize {
  at = skipSpace(at)
  return load<u8>(at) === COMMA ? skipSpace(at + 1) : at
}

/** Writes up to 15 bytes more than it copies. */
export function copy(to: usize, from: usize, length: usize): void {
  if (length > 256) memory.copy(to, from, length)
  else for (let i: usize = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i))
}
