import { QUOTE } from '../../audit/json.ts'
import { decodeString } from './decoded-text.ts'
import type { Edit } from './edits.ts'
import type { Replacement } from './replacement.ts'

/** The edit that puts a string in the place of the string or number at `[start, end)`. */
export function hidden(
  buffer: Buffer,
  start: number,
  end: number,
  replacement: Replacement,
  rule: string,
  where: string,
): Edit {
  const isString = buffer[start] === QUOTE
  const secret = isString ? decodeString(buffer, start, end).text : buffer.toString('utf8', start, end)
  return { start, end, text: `"${replacement(secret)}"`, rule, where }
}
