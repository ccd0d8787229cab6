import type { AttributeDefinition } from '../../audit/attributes.ts'
import type { JsonObject } from './managed.ts'

/** Longest keyword that is indexed, in UTF-16 units: Lucene refuses a term of more than 32,766 bytes, and its document. */
const LONGEST_KEYWORD = 8191

/** A keyword of any length; a long one is stored and not found. */
export const KEYWORD = { type: 'keyword', ignore_above: LONGEST_KEYWORD }
/** A time with its nanoseconds, in UTC or with an offset; another text, or a time outside of 1970 to 2262, is stored and not found. */
export const TIME = {
  type: 'date_nanos',
  format: 'strict_date_optional_time_nanos',
  ignore_malformed: true,
}
/** An address, or a text that is none. */
export const ADDRESS = { type: 'ip', ignore_malformed: true }
/** A whole number. */
export const INTEGER = { type: 'long', ignore_malformed: true }
/** JSON of any shape that is stored and not searched. */
export const STORED_JSON = { type: 'object', enabled: false }

/** The mapping of an attribute: whatever an event says, it does not make OpenSearch refuse the document. */
export const ATTRIBUTE_MAPPINGS: Readonly<Record<AttributeDefinition['mapping'], JsonObject>> = {
  keyword: KEYWORD,
  ip: ADDRESS,
  // A text is cut into terms of at most 255 characters.
  text: { type: 'text', norms: false },
  date_nanos: TIME,
  long: INTEGER,
  boolean: { type: 'boolean' },
}

/** `properties` of a mapping from fields by dotted name. @throws Error when one name is a field and an object of fields */
export function propertiesOf(fields: ReadonlyMap<string, JsonObject>): JsonObject {
  const root: Tree = new Map()
  for (const [name, mapping] of fields) insert(root, name.split('.'), name, mapping)
  return propertiesOfTree(root)
}

type Tree = Map<string, Tree | JsonObject>

function insert(tree: Tree, [key = '', ...rest]: readonly string[], name: string, mapping: JsonObject): void {
  const there = tree.get(key)
  if (rest.length === 0 ? there !== undefined : there !== undefined && !(there instanceof Map))
    throw new Error(`the field ${name} clashes with another one`)
  if (rest.length === 0) {
    tree.set(key, mapping)
    return
  }
  const subtree: Tree = there instanceof Map ? there : new Map()
  tree.set(key, subtree)
  insert(subtree, rest, name, mapping)
}

function propertiesOfTree(tree: Tree): JsonObject {
  const entries = [...tree].map(([key, value]): [string, JsonObject] => [
    key,
    value instanceof Map ? { properties: propertiesOfTree(value) } : value,
  ])
  return Object.fromEntries(entries)
}
