import type { AttributeValue } from '../audit/attributes.ts'
import { globFits } from '../condition/glob.ts'
import type { Condition } from './condition.ts'

/** How a condition sees what it is about. */
export interface Reading<Subject> {
  /** @throws Error when nothing of that name is known of any subject */
  value(attribute: string): (subject: Subject) => AttributeValue | undefined
  /** Nanoseconds since 1970. */
  received(subject: Subject): bigint | undefined
  /** The test of a condition that only bodies can meet. */
  body(condition: Condition & { kind: 'body' }): (subject: Subject) => boolean
  /** A faster test of `is` and `startsWith`, where there is one. */
  shortcut?(condition: Condition): ((subject: Subject) => boolean) | undefined
}

/** The test that a condition means. @throws Error when it names an attribute that there is none of */
export function evaluator<Subject>(
  condition: Condition,
  reading: Reading<Subject>,
): (subject: Subject) => boolean {
  const shortcut = reading.shortcut?.(condition)
  if (shortcut !== undefined) return shortcut
  /** Whether the attribute, or one of its values, passes. */
  const some = (attribute: string, test: (value: string | number | boolean) => boolean) => {
    const value = reading.value(attribute)
    return (subject: Subject) => {
      const found = value(subject)
      if (found === undefined) return false
      return typeof found === 'object' ? found.some(test) : test(found)
    }
  }
  switch (condition.kind) {
    case 'is': {
      const values: readonly unknown[] = condition.values
      return some(condition.attribute, value => values.includes(value))
    }
    case 'startsWith':
      return some(condition.attribute, value => String(value).startsWith(condition.prefix))
    case 'like':
      return some(condition.attribute, value => globFits(condition.pattern, String(value)))
    case 'exists':
      return some(condition.attribute, value => value !== '')
    case 'between':
      return some(
        condition.attribute,
        value => Number(value) >= condition.from && Number(value) <= condition.to,
      )
    case 'fromAddress':
      return some('source_ips', address => condition.range.has(String(address)))
    case 'received': {
      const { since, until } = condition
      return subject => {
        const time = reading.received(subject)
        if (time === undefined) return false
        return (since === undefined || time >= since) && (until === undefined || time < until)
      }
    }
    case 'body':
      return reading.body(condition)
    case 'all': {
      const parts = condition.parts.map(part => evaluator(part, reading))
      return subject => parts.every(part => part(subject))
    }
    case 'any': {
      const parts = condition.parts.map(part => evaluator(part, reading))
      return subject => parts.some(part => part(subject))
    }
    case 'not': {
      const part = evaluator(condition.part, reading)
      return subject => !part(subject)
    }
  }
}
