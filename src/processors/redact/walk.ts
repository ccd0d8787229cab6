import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipSpace,
  skipString,
  skipValue,
} from '../../audit/json.ts'
import { textAt } from './known-texts.ts'

/** Keys and indices from the walk's root to a value. */
export type Path = readonly (string | number)[]

/** Sees a JSON value from its start to its end. */
export interface Visitor {
  /** Whether to go past the object or list at `start` without looking into it; `enter` is not called then. */
  skips?(path: Path, start: number): boolean
  /** An object or list begins at `start`; its path is that of the value. */
  enter?(path: Path, start: number): void
  /** The one entered last and not left yet ends. */
  leave?(): void
  /** A string, number, boolean or null. */
  scalar(path: Path, start: number, end: number): void
}

/**
 * Walks the valid JSON value at `start` of `buffer` and returns the offset after it. Not recursive, because a client chooses
 * the depth; the path is one array that changes.
 */
export function walkJson(
  buffer: Buffer,
  start: number,
  visitor: Visitor,
  path: (string | number)[] = [],
): number {
  const depth = path.length
  let i = skipSpace(buffer, start)
  const closes: number[] = []
  for (;;) {
    const opening = buffer[i]
    const isContainer = opening === OPEN_BRACE || opening === OPEN_BRACKET
    if (isContainer && visitor.skips?.(path, i) !== true) {
      visitor.enter?.(path, i)
      closes.push(opening === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET)
      path.push(opening === OPEN_BRACE ? '' : -1)
      i = skipSpace(buffer, i + 1)
    } else {
      const end = skipValue(buffer, i)
      if (end < 0) throw new Error('redaction came upon bytes that are no JSON')
      if (!isContainer) visitor.scalar(path, i, end)
      i = skipSpace(buffer, end)
    }
    while (closes.length > 0 && buffer[i] === closes.at(-1)) {
      closes.pop()
      path.pop()
      visitor.leave?.()
      i = skipSpace(buffer, i + 1)
    }
    if (closes.length === 0) {
      path.length = depth
      return i
    }
    if (buffer[i] === COMMA) i = skipSpace(buffer, i + 1)
    i = nextMember(buffer, i, path)
  }
}

/** Puts the next key or index at the path's end and returns the offset of its value. */
function nextMember(buffer: Buffer, i: number, path: (string | number)[]): number {
  const last = path.length - 1
  const index = path[last]
  if (typeof index === 'number') {
    path[last] = index + 1
    return i
  }
  const end = buffer[i] === QUOTE ? skipString(buffer, i) : -1
  const colon = end < 0 ? -1 : skipSpace(buffer, end)
  if (colon < 0 || buffer[colon] !== COLON) throw new Error('redaction came upon bytes that are no JSON')
  path[last] = keyAt(buffer, i, end)
  return skipSpace(buffer, colon + 1)
}

/** The JSON string at `[start, end)`, decoded. */
export function stringAt(buffer: Buffer, start: number, end: number): string {
  const text = buffer.toString('utf8', start + 1, end - 1)
  return text.includes('\\') ? (JSON.parse(buffer.toString('utf8', start, end)) as string) : text
}

function keyAt(buffer: Buffer, start: number, end: number): string {
  const text = textAt(buffer, start + 1, end - 1)
  return text.includes('\\') ? stringAt(buffer, start, end) : text
}
