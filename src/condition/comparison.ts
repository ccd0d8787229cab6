import * as z from 'zod'
import { AddressRange } from './address-range.ts'
import { expressionOf, type ValueTest, type ValueType, valueTest } from './value-test.ts'

/** What is asked of one attribute or path: all parts have to hold. */
export interface Comparison {
  readonly exists: boolean | undefined
  /** Of each set one test has to be met. */
  readonly sets: readonly (readonly ValueTest[])[]
  /** None of these may be met. */
  readonly not: readonly ValueTest[] | undefined
}

type Scalar = string | number | boolean
type ReportProblem = (path: (string | number)[], message: string) => void

/** What may stand for a value of a type: one, a list of which one has to fit, or operators. */
export function comparisonSchema(type: ValueType) {
  const scalar = SCALARS[type]()
  const oneOrMore = z.union([scalar, z.array(scalar).min(1)])
  const texts = z.union([z.string(), z.array(z.string()).min(1)]).optional()
  const operators = z
    .strictObject({
      exists: z.boolean().optional(),
      is: oneOrMore.optional(),
      regex: texts,
      cidr: texts,
      not: oneOrMore.optional(),
    })
    .refine(written => Object.keys(written).length > 0, {
      error: 'expected exists, is, regex, cidr or not',
      when: ({ issues }) => issues.length === 0,
    })
  return z.union([scalar, z.array(scalar).min(1), operators]).transform((written, context): Comparison => {
    const report: ReportProblem = (path, message) => context.addIssue({ code: 'custom', path, message })
    if (Array.isArray(written) || typeof written !== 'object')
      return {
        exists: undefined,
        sets: [tests(written, [], item => valueTest(type, item), report)],
        not: undefined,
      }
    const { exists, is, regex, cidr, not } = written
    const sets = [
      is !== undefined && tests(is, ['is'], literalTest, report),
      regex !== undefined &&
        tests(
          regex,
          ['regex'],
          text => ({ kind: 'expression', expression: expressionOf(`${text}`) }),
          report,
        ),
      cidr !== undefined &&
        tests(cidr, ['cidr'], text => ({ kind: 'addresses', range: new AddressRange(`${text}`) }), report),
    ]
    return {
      exists,
      sets: sets.filter(set => set !== false),
      not: not === undefined ? undefined : tests(not, ['not'], item => valueTest(type, item), report),
    }
  })
}

const SCALARS = {
  text: z.string,
  uri: z.string,
  address: z.string,
  int: () => z.union([z.number(), z.string()]),
  bool: z.boolean,
  any: () => z.union([z.string(), z.number(), z.boolean()]),
} satisfies Record<ValueType, () => z.ZodType<Scalar>>

function tests(
  written: Scalar | readonly Scalar[],
  path: readonly string[],
  testOf: (item: Scalar) => ValueTest,
  report: ReportProblem,
): ValueTest[] {
  const items = typeof written === 'object' ? [...written.entries()] : [[undefined, written] as const]
  return items.flatMap(([index, item]) => {
    try {
      return [testOf(item)]
    } catch (error) {
      report(index === undefined ? [...path] : [...path, index], (error as Error).message)
      return []
    }
  })
}

/** A text as it is, whatever is in it. */
const literalTest = (item: Scalar): ValueTest =>
  typeof item === 'string' ? { kind: 'text', text: item } : valueTest('any', item)
