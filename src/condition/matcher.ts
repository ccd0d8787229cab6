import { ATTRIBUTES, type AttributeDefinition } from '../audit/attributes.ts'
import type { PathReader } from '../audit/path-reader.ts'
import { byteMatcher } from './byte-matcher.ts'
import { decodedOnce } from './event-values.ts'
import type { Matcher } from './matcher-type.ts'
import { meets, type ValueTest } from './value-test.ts'

export type { Matcher } from './matcher-type.ts'

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

function meetsOne(tests: readonly ValueTest[], value: unknown): boolean {
  if (value === undefined) return false
  for (const test of tests) if (meets(test, value)) return true
  return false
}
