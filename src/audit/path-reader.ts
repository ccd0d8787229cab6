import type { AuditEvent } from './event.ts'
import type { Field } from './fields.ts'
import { type JsonPath, valuesAt } from './json-path.ts'
import { EVENT_KEYS, type KeyTable } from './key-table.ts'

/** Takes the values at a path from an event. */
export type PathReader = (event: AuditEvent) => readonly unknown[]

/**
 * The reader of a path. It parses only the field that the path leads into, and that only when the bytes of all keys on
 * the way are in it: most events of a log have nothing there.
 */
export function pathReader(path: JsonPath): PathReader {
  const { field, rest } = fieldOf(path)
  if (field === undefined) return event => valuesAt(path, event.json())
  const keys = rest.flatMap(step =>
    'key' in step ? [Buffer.from(JSON.stringify(step.key).slice(1, -1))] : [],
  )
  return event => {
    const start = event.startOf(field)
    if (start < 0) return NONE
    const bytes = event.buffer.subarray(start, event.endOf(field))
    if (!keys.every(key => bytes.includes(key)) && !mayHideKeys(bytes)) return NONE
    return valuesAt(rest, parsed(event, field))
  }
}

/** Several paths lead into one field of one event, one after the other. */
const fields = new Map<Field, unknown>()
let fieldsOwner: AuditEvent | undefined

function parsed(event: AuditEvent, field: Field): unknown {
  if (event !== fieldsOwner) {
    fields.clear()
    fieldsOwner = event
  }
  if (!fields.has(field)) fields.set(field, event.value(field))
  return fields.get(field)
}

const NONE: readonly unknown[] = []

/** A key may be written with escapes that it does not need; Go writes only those for `&`, `<`, `>`, quotes and controls. */
const mayHideKeys = (bytes: Buffer) => bytes.includes(ESCAPE)
const ESCAPE = Buffer.from('\\')

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
