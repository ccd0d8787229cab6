import type * as z from 'zod'
import { describeFound } from './found.ts'
import { unknownName } from './nearest.ts'
import type { Path } from './path.ts'
import type { PathProblem } from './problem.ts'
import { fieldsOf, holdsSecret, isAlias, schemasAt } from './schema.ts'

const EXPECTED: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
}

/** zod's per-parse error map: says what was expected; a message of the schema's own goes before it. */
export function expectation(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${EXPECTED[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return oneOf(issue.values)
    case 'invalid_union':
      return Array.isArray(issue.options) ? oneOf(issue.options) : eitherOf(issue.errors)
    case 'invalid_format':
      return issue.format === 'regex'
        ? `expected text that matches ${issue.pattern}`
        : `expected ${formatName(issue.format)}`
    case 'too_small':
      return `expected ${bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`
    case 'too_big':
      return `expected ${bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`
    default:
      return undefined
  }
}

function oneOf(values: readonly unknown[]): string {
  const listed = values.map(value => JSON.stringify(value)).join(', ')
  return values.length === 1 ? `expected ${listed}` : `expected one of ${listed}`
}

/** `expected a string or a number`, of forms that each refused the value as a whole. */
function eitherOf(forms: readonly (readonly z.core.$ZodIssue[])[]): string {
  const expected = forms.map(([first]) => first?.message.replace(/^expected /, ''))
  return `expected ${[...new Set(expected)].join(' or ')}`
}

const formatName = (format: string) => (format === 'url' ? 'a URL' : `text of the form ${format}`)

function bound(origin: string, limit: string, amount: number | bigint): string {
  if (origin === 'string' && limit === 'at least' && amount === 1) return 'a string that is not empty'
  if (origin === 'string') return `${limit} ${amount} characters`
  if (origin === 'number' || origin === 'int') return `a number of ${limit} ${amount}`
  return `${limit} ${amount} ${amount === 1 ? 'entry' : 'entries'}`
}

/** Takes unions apart: where a form of the value's kind failed inside, its issues are the ones to show. */
export function flattenIssues(issues: readonly z.core.$ZodIssue[], prefix: Path = []): z.core.$ZodIssue[] {
  return issues.flatMap(issue => {
    const path = [...prefix, ...issue.path]
    const forms = issue.code === 'invalid_union' ? issue.errors : []
    const [closest] = forms.filter(fitsKind).toSorted((a, b) => a.length - b.length)
    return closest ? flattenIssues(closest, path as Path) : [{ ...issue, path }]
  })
}

const fitsKind = (form: readonly z.core.$ZodIssue[]) =>
  form.length > 0 && form.every(issue => issue.path.length > 0 || issue.code === 'unrecognized_keys')

/** The problems of one flattened issue: one for each unknown key, else one. Secrets and substituted values are not shown. */
export function issueProblems(
  schema: z.ZodType,
  root: unknown,
  issue: z.core.$ZodIssue,
  substituted: (path: Path) => boolean,
): PathProblem[] {
  const path = issue.path as Path
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownKey(schema, path, key))
  if (!issue.message.startsWith('expected ')) return [{ path, message: issue.message }]
  const value = valueAt(root, path)
  if (issue.code === 'custom' && typeof value === 'object') return [{ path, message: issue.message }]
  if (value === undefined) return [{ path, message: `missing; ${issue.message}` }]
  const hidden = substituted(path) || schemasAt(schema, path).some(form => holdsSecret(form))
  const quotes = issue.message === 'expected a string' && /number|boolean/.test(typeof value)
  const advice = quotes ? '; put it in quotes' : ''
  return [{ path, message: `${issue.message}, found ${describeFound(value, hidden)}${advice}` }]
}

function unknownKey(schema: z.ZodType, parent: Path, key: string): PathProblem {
  const fields = schemasAt(schema, parent).flatMap(form => [...fieldsOf(form)])
  const known = new Set(fields.filter(([, field]) => !isAlias(field)).map(([name]) => name))
  return {
    path: [...parent, key],
    message: unknownName('unknown key', key, 'known keys', known),
    atKey: true,
  }
}

/** The value at `path`, or undefined when there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => {
    const there = typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    return there ? (value as Record<string | number, unknown>)[key] : undefined
  }, root)
}
