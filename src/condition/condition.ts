import * as z from 'zod'
import { ATTRIBUTES, type AttributeDefinition } from '../audit/attributes.ts'
import { type JsonPath, parseJsonPath } from '../audit/json-path.ts'
import { pathReader } from '../audit/path-reader.ts'
import { type Comparison, comparisonSchema } from './comparison.ts'
import { shortName } from './event-values.ts'
import { allOf, anyOf, attributeMatcher, type Matcher, noneOf, pathMatcher, presence } from './matcher.ts'
import type { ValueType } from './value-test.ts'

/**
 * A condition of the configuration, compiled: attributes by their short or full name, `path` with JSON paths, `and`, `or`,
 * `not`. All that a mapping says has to hold.
 */
export function condition(): z.ZodType<Matcher> {
  return z.lazy(schema).meta({ notation: 'condition' })
}

let made: z.ZodType<Matcher> | undefined

/** Made when a configuration has a condition: it takes milliseconds. */
function schema(): z.ZodType<Matcher> {
  made ??= conditionSchema()
  return made
}

const conditionSchema = (): z.ZodType<Matcher> =>
  z
    .strictObject({
      ...attributeSchemas(),
      path: z.record(z.string(), comparisonSchema('any')).superRefine(checkPaths).optional(),
      and: conditions().optional(),
      or: conditions().optional(),
      not: condition().optional(),
    })
    .refine(parts => Object.keys(parts).length > 0, {
      error: 'expected a condition such as { verb: get }, found none',
      when: ({ issues }) => issues.length === 0,
    })
    .transform(parts => allOf(Object.entries(parts).flatMap(([key, value]) => matchersOf(key, value))))

/** By the short and the full name of each attribute. Those of a type share one, because each takes a millisecond to make. */
function attributeSchemas(): Record<string, z.ZodOptional<ReturnType<typeof comparisonSchema>>> {
  const made = new Map<ValueType, ReturnType<typeof comparisonSchema>>()
  return Object.fromEntries(
    ATTRIBUTES.flatMap(attribute => {
      const type = typeOf(attribute)
      const schema = made.get(type) ?? comparisonSchema(type)
      made.set(type, schema)
      const comparison = schema.optional()
      return [
        [shortName(attribute.name), comparison],
        [attribute.name, comparison.meta({ alias: true })],
      ]
    }),
  )
}

const conditions = () => z.array(condition()).min(1)

function checkPaths(paths: object, context: z.RefinementCtx): void {
  for (const path of Object.keys(paths)) {
    try {
      parseJsonPath(path)
    } catch (error) {
      context.addIssue({ code: 'custom', path: [path], message: `not a path: ${(error as Error).message}` })
    }
  }
}

function matchersOf(key: string, value: unknown): Matcher[] {
  if (value === undefined) return []
  if (key === 'and') return [allOf(value as Matcher[])]
  if (key === 'or') return [anyOf(value as Matcher[])]
  if (key === 'not') return [noneOf(value as Matcher)]
  if (key === 'path') {
    return Object.entries(value as Record<string, Comparison>).map(([path, comparison]) =>
      onPath(parseJsonPath(path), comparison),
    )
  }
  const attribute = ATTRIBUTES.find(({ name }) => shortName(name) === shortName(key))
  return attribute === undefined ? [] : [onAttribute(attribute, value as Comparison)]
}

function onAttribute(attribute: AttributeDefinition, { exists, sets, not }: Comparison): Matcher {
  const isThere = presence(attribute)
  return allOf([
    ...(exists === undefined ? [] : [exists ? isThere : noneOf(isThere)]),
    ...sets.map(tests => attributeMatcher(attribute, tests)),
    ...(not === undefined ? [] : [noneOf(attributeMatcher(attribute, not))]),
  ])
}

function onPath(path: JsonPath, { exists, sets, not }: Comparison): Matcher {
  const read = pathReader(path)
  return allOf([
    ...(exists === undefined ? [] : [(event: Parameters<Matcher>[0]) => read(event).length > 0 === exists]),
    ...sets.map(tests => pathMatcher(read, tests)),
    ...(not === undefined ? [] : [noneOf(pathMatcher(read, not))]),
  ])
}

function typeOf({ name, kind, mapping }: AttributeDefinition): ValueType {
  if (mapping === 'ip') return 'address'
  if (kind === 'int' || kind === 'bool') return kind
  return shortName(name) === 'request_uri' ? 'uri' : 'text'
}
