import { integerOf } from './imports'

/** The integer that the JSON value `[start, end)` is; NaN when it is none that a double holds exactly. */
export function integerAt(start: usize, end: usize): f64 {
  if (end - start > 15) return integerOf(start, end)
  let value: i64 = 0
  for (let at = start; at < end; at++) {
    const digit = (load<u8>(at) as i32) - 0x30
    if (digit < 0 || digit > 9) return integerOf(start, end)
    value = value * 10 + digit
  }
  return value as f64
}
