import { work } from './event'
import { BACKSLASH, COMMA, endString, skipPlain, skipSpace } from './json'
import { unescaped } from './unescaped'

/** Where the text found last begins, and how long it is. */
export let textAt: usize = 0
export let textLength: usize = 0

/** Finds the text between the quotes of a JSON string. */
export function findText(start: usize, end: usize, hasEscapes: bool): void {
  textAt = hasEscapes ? work : start
  textLength = hasEscapes ? unescaped(start, end, work) - work : end - start
}

/** Finds the text of the JSON string at `at`; returns the address after that. */
export function elementText(at: usize): usize {
  const stop = skipPlain(at + 1)
  const hasEscapes = load<u8>(stop) === BACKSLASH
  const end = hasEscapes ? endString(stop) : stop + 1
  findText(at + 1, end - 1, hasEscapes)
  return end
}

/** From behind an element of an array to the next one, or to the bracket. */
export function nextElement(at: usize): usize {
  at = skipSpace(at)
  return load<u8>(at) === COMMA ? skipSpace(at + 1) : at
}
