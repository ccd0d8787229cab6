import * as z from 'zod'
import { condition } from './condition.ts'
import type { Matcher } from './matcher.ts'

/** A rule: a condition and the name by which its events are counted. */
export interface Rule {
  readonly name: string
  readonly matches: Matcher
}

/** A rule as it is written; a rule without a name is called by its list and number. */
export function ruleSchema() {
  return z.strictObject({
    name: z
      .string()
      .regex(/^\w[\w .:/-]{0,99}$/, 'expected a name of at most 100 letters, digits, spaces and _ . : / -')
      .optional()
      .describe('Its events are counted by this name'),
    when: condition().describe('Which events'),
  })
}

/** The rules of a list, in its order. */
export function rulesOf(list: string, written: readonly z.output<ReturnType<typeof ruleSchema>>[]): Rule[] {
  return written.map(({ name, when }, index) => ({ name: name ?? `${list} ${index + 1}`, matches: when }))
}
