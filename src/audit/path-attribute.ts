import type { AttributeDefinition, AttributeKind, AttributeValue } from './attributes.ts'
import type { JsonPath } from './json-path.ts'
import { pathReader } from './path-reader.ts'

/** Types in an OpenSearch mapping. */
const MAPPINGS = { string: 'keyword', 'string[]': 'keyword', int: 'long', bool: 'boolean' } as const

/** An attribute whose value is at a path: of several values the first of its type, of a list of strings all. */
export function pathAttribute(name: string, path: JsonPath, kind: AttributeKind): AttributeDefinition {
  const read = pathReader(path)
  return {
    name,
    kind,
    mapping: MAPPINGS[kind],
    default: true,
    description: 'Of the configuration',
    derive: event => valueOfKind(kind, read(event)),
  }
}

function valueOfKind(kind: AttributeKind, found: readonly unknown[]): AttributeValue | undefined {
  if (kind === 'string[]') {
    const texts = found.flat().map(textOf)
    return found.length === 0 ? undefined : texts.filter(text => text !== undefined)
  }
  const convert = { string: textOf, int: integerOf, bool: booleanOf }[kind]
  for (const value of found) {
    const converted = convert(value)
    if (converted !== undefined) return converted
  }
  return undefined
}

const textOf = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined

/** Annotations are text, whatever they say. */
function integerOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  return Number.isSafeInteger(number) ? (number as number) : undefined
}

function booleanOf(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true
  return value === false || value === 'false' ? false : undefined
}
