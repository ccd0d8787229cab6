import { AddressRange } from './address-range.ts'
import { globFits, isGlob } from './glob.ts'
import { LinearExpression } from './regex/linear-expression.ts'

/** What a value is compared with. */
export type ValueTest =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'glob'; readonly pattern: string }
  | { readonly kind: 'expression'; readonly expression: LinearExpression }
  | { readonly kind: 'addresses'; readonly range: AddressRange }
  | { readonly kind: 'number'; readonly fits: (value: number) => boolean }
  | { readonly kind: 'bool'; readonly value: boolean }

/** What values can be; `any` is what a path leads to. A `uri` may look like a regular expression. */
export type ValueType = 'text' | 'uri' | 'address' | 'int' | 'bool' | 'any'

const EXPRESSION = /^\/(.+)\/([is]*)$/s
const COMPARISON = /^(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)$/
const RANGE = /^(-?\d+)\s*(?:-|\.\.)\s*(-?\d+)$/
const CODE_CLASS = /^([1-5])xx$/i

/** The test that a text, number or boolean of the configuration means for values of a type. @throws SyntaxError */
export function valueTest(type: ValueType, written: string | number | boolean): ValueTest {
  if (typeof written === 'boolean') return { kind: 'bool', value: written }
  if (typeof written === 'number') return { kind: 'number', fits: value => value === written }
  if (type === 'int') return numberTest(written)
  const [, source, flags = ''] = EXPRESSION.exec(written) ?? []
  if (source !== undefined) {
    if (type === 'uri' && flags === '' && /^[\w/.-]+$/.test(source))
      throw new SyntaxError(eitherWay(written, source))
    return { kind: 'expression', expression: expressionOf(source, flags) }
  }
  if (type === 'any' && COMPARISON.test(written)) return numberTest(written)
  if (isGlob(written)) return globTest(written)
  if (type === 'address') return { kind: 'addresses', range: new AddressRange(written) }
  return { kind: 'text', text: written }
}

/** @throws SyntaxError with the position of what is wrong */
export function expressionOf(source: string, flags = ''): LinearExpression {
  try {
    return new LinearExpression(source, flags)
  } catch (error) {
    throw new SyntaxError(`not a regular expression as is taken here: ${(error as Error).message}`)
  }
}

function globTest(pattern: string): ValueTest {
  return { kind: 'glob', pattern }
}

function numberTest(written: string): ValueTest {
  const [, operator, limit] = COMPARISON.exec(written) ?? []
  const [, from, to] = RANGE.exec(written) ?? []
  const [, hundreds] = CODE_CLASS.exec(written) ?? []
  if (operator !== undefined) return { kind: 'number', fits: comparison(operator, Number(limit)) }
  if (from !== undefined && Number(from) <= Number(to)) return between(Number(from), Number(to))
  if (hundreds !== undefined) return between(Number(hundreds) * 100, Number(hundreds) * 100 + 99)
  if (/^-?\d+$/.test(written)) return valueTest('int', Number(written))
  throw new SyntaxError('expected a number such as 404, or "4xx", "400-499", ">= 400"')
}

const between = (from: number, to: number): ValueTest => ({
  kind: 'number',
  fits: value => value >= from && value <= to,
})

function comparison(operator: string, limit: number): (value: number) => boolean {
  if (operator === '>=') return value => value >= limit
  if (operator === '<=') return value => value <= limit
  return operator === '>' ? value => value > limit : value => value < limit
}

const eitherWay = (written: string, source: string) =>
  `a path or a regular expression? Write { is: ${written} } for the path, { regex: ${source} } for what has it anywhere`

/** Whether a decoded value meets the test; of a list of values one has to. */
export function meets(test: ValueTest, value: unknown): boolean {
  if (Array.isArray(value)) return value.some(item => meets(test, item))
  switch (test.kind) {
    case 'text':
      return value === test.text
    case 'glob':
      return typeof value === 'string' && globFits(test.pattern, value)
    case 'expression':
      return typeof value === 'string' && test.expression.test(value)
    case 'addresses':
      return typeof value === 'string' && test.range.has(value)
    case 'number':
      return isNumeric(value) && test.fits(Number(value))
    case 'bool':
      return value === test.value
  }
}

/** Annotations hold numbers as text. */
const isNumeric = (value: unknown) =>
  typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
