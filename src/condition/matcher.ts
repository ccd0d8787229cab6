import { ATTRIBUTES, type AttributeDefinition } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { Field } from '../audit/fields.ts'
import type { PathReader } from '../audit/path-reader.ts'
import { decodedOnce } from './event-values.ts'
import { isGlob } from './glob.ts'
import { meets, type ValueTest } from './value-test.ts'

/** Says whether an event meets a condition. */
export type Matcher = (event: AuditEvent) => boolean

/** Whether the attribute, or one of its values, meets one of the tests. */
export function attributeMatcher(attribute: AttributeDefinition, tests: readonly ValueTest[]): Matcher {
  const index = ATTRIBUTES.indexOf(attribute)
  const decoding: ValueTest[] = []
  const matchers: Matcher[] = []
  for (const test of tests) {
    const onBytes = byteMatcher(attribute, test)
    if (onBytes === undefined) decoding.push(test)
    else matchers.push(onBytes)
  }
  if (decoding.length > 0) matchers.push(event => meetsOne(decoding, decodedOnce(index, event)))
  return anyOf(matchers)
}

/** Whether a value at the path meets one of the tests. */
export function pathMatcher(read: PathReader, tests: readonly ValueTest[]): Matcher {
  return event => read(event).some(value => meetsOne(tests, value))
}

/** Whether the event has the attribute. */
export function presence(attribute: AttributeDefinition): Matcher {
  const { field, kind } = attribute
  if (field !== undefined && kind === 'string') return event => event.isText(field)
  const index = ATTRIBUTES.indexOf(attribute)
  return event => decodedOnce(index, event) !== undefined
}

/** Each of them holds. */
export function allOf(matchers: readonly Matcher[]): Matcher {
  const [only] = matchers
  if (matchers.length === 1 && only !== undefined) return only
  return event => {
    for (const matches of matchers) if (!matches(event)) return false
    return true
  }
}

/** One of them holds. */
export function anyOf(matchers: readonly Matcher[]): Matcher {
  const [only] = matchers
  if (matchers.length === 1 && only !== undefined) return only
  return event => {
    for (const matches of matchers) if (matches(event)) return true
    return false
  }
}

/** It does not hold. */
export function noneOf(matches: Matcher): Matcher {
  return event => !matches(event)
}

/** ASCII that JSON need not escape. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** The test on the bytes of a field, where that will do. */
function byteMatcher({ field, kind }: AttributeDefinition, test: ValueTest): Matcher | undefined {
  if (field === undefined || kind !== 'string') return undefined
  if (test.kind === 'text' && PLAIN.test(test.text)) return event => event.textIs(field, test.text)
  return test.kind === 'glob' && PLAIN.test(test.pattern) ? endsMatcher(field, test.pattern) : undefined
}

/** `system:node:*` asks for a start only, `*-lease` for an end. */
function endsMatcher(field: Field, pattern: string): Matcher | undefined {
  const [prefix, suffix] = [pattern.slice(0, -1), pattern.slice(1)]
  if (pattern.endsWith('*') && !isGlob(prefix)) return event => event.textStartsWith(field, prefix)
  return pattern.startsWith('*') && !isGlob(suffix) ? event => endsWith(event, field, suffix) : undefined
}

function endsWith(event: AuditEvent, field: Field, suffix: string): boolean {
  if (!event.isText(field)) return false
  if (event.hasEscapes(field)) return event.text(field)?.endsWith(suffix) === true
  const from = event.endOf(field) - 1 - suffix.length
  if (from <= event.startOf(field)) return false
  for (let i = 0; i < suffix.length; i++) if (event.buffer[from + i] !== suffix.charCodeAt(i)) return false
  return true
}

function meetsOne(tests: readonly ValueTest[], value: unknown): boolean {
  if (value === undefined) return false
  for (const test of tests) if (meets(test, value)) return true
  return false
}
