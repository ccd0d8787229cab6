import { QUOTE } from '../../audit/json.ts'
import { decodeString } from './decoded-text.ts'
import type { Edit } from './edits.ts'
import { REDACTED, type Replacement } from './replacement.ts'

const HIDDEN = `"${REDACTED('')}"`

/** The edit that puts a string in the place of the string or number at `[start, end)`. */
export function hidden(
  buffer: Buffer,
  start: number,
  end: number,
  replacement: Replacement,
  rule: string,
  where: string,
): Edit {
  // What is not asked for need not be decoded.
  if (replacement === REDACTED) return { start, end, text: HIDDEN, rule, where }
  const isString = buffer[start] === QUOTE
  const secret = isString ? decodeString(buffer, start, end).text : buffer.toString('utf8', start, end)
  return { start, end, text: `"${replacement(secret)}"`, rule, where }
}
