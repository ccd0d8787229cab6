import type { AuditEvent } from './event.ts'
import type { Field } from './fields.ts'
import {
  CLOSE_BRACE,
  COMMA,
  OPEN_BRACE,
  QUOTE,
  STRING_STOP,
  skipSpace,
  skipString,
  skipValue,
} from './json.ts'
import { type JsonPath, valuesAt } from './json-path.ts'
import { EVENT_KEYS, type KeyTable } from './key-table.ts'

/** Takes the values at a path from an event. */
export type PathReader = (event: AuditEvent) => readonly unknown[]

/** The reader of a path. It goes by bytes as far as the path has keys, and parses only the value that it finds there. */
export function pathReader(path: JsonPath): PathReader {
  const { field, rest } = fieldOf(path)
  if (field === undefined) return event => valuesAt(path, event.json())
  const isKey = rest.map(step => 'key' in step)
  const depth = isKey.includes(false) ? isKey.indexOf(false) : rest.length
  const keys = rest.slice(0, depth).flatMap(step => ('key' in step ? [keyOf(step.key)] : []))
  const beyond = rest.slice(depth)
  return event => {
    const { buffer } = event
    let at = event.startOf(field)
    for (const key of keys) if (at >= 0) at = memberAt(buffer, at, key)
    if (at < 0) return NONE
    return valuesAt(beyond, JSON.parse(buffer.toString('utf8', at, skipValue(buffer, at))))
  }
}

const NONE: readonly unknown[] = []

interface Key {
  readonly text: string
  readonly bytes: Buffer
}

const keyOf = (text: string): Key => ({ text, bytes: Buffer.from(text) })

/** Offset of the value of a key in the object at `i`, which is valid JSON, or -1. Of duplicate keys the last one wins. */
function memberAt(b: Buffer, i: number, key: Key): number {
  if (b[i] !== OPEN_BRACE) return -1
  let found = -1
  i = skipSpace(b, i + 1)
  while (b[i] !== CLOSE_BRACE) {
    const start = i
    i++
    while (STRING_STOP[b[i]!] === 0) i++
    const isPlain = b[i] === QUOTE
    i = isPlain ? i + 1 : skipString(b, start)
    const isSame = isPlain ? hasBytes(b, start + 1, i - 1, key.bytes) : hasText(b, start, i, key.text)
    i = skipSpace(b, skipSpace(b, i) + 1)
    if (isSame) found = i
    i = skipSpace(b, skipValue(b, i))
    if (b[i] === COMMA) i = skipSpace(b, i + 1)
  }
  return found
}

function hasBytes(b: Buffer, start: number, end: number, bytes: Buffer): boolean {
  if (end - start !== bytes.length) return false
  for (let i = 0; i < bytes.length; i++) if (b[start + i] !== bytes[i]) return false
  return true
}

const hasText = (b: Buffer, start: number, end: number, text: string) =>
  JSON.parse(b.toString('utf8', start, end)) === text

/** The deepest field on the path that the scanner knows, and the way from there. */
function fieldOf(path: JsonPath): { field: Field | undefined; rest: JsonPath } {
  let table: KeyTable | undefined = EVENT_KEYS
  let field: Field | undefined
  let depth = 0
  for (const step of path) {
    const index: number = table !== undefined && 'key' in step ? table.indexOf(step.key) : -1
    if (table === undefined || index < 0) break
    field = table.fields[index]
    table = table.nested[index]
    depth++
  }
  return { field, rest: path.slice(depth) }
}
