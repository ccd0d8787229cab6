import type * as z from 'zod'
import { expectation, flattenIssues, issueProblems, valueAt } from './issues.ts'
import { formatPath, type Path } from './path.ts'
import type { PathProblem } from './problem.ts'
import type { Values } from './values.ts'

/** Checks values against a schema. `data` is there when there are no problems; `written` is what it was parsed from. */
export function validate<Schema extends z.ZodType, Raw>(
  schema: Schema,
  raw: Raw,
  values: Pick<Values, 'origins' | 'texts'>,
): { data: z.output<Schema> | undefined; written: Raw; problems: PathProblem[] } {
  const written = withTexts(schema, raw, values.texts)
  const result = schema.safeParse(written, { error: expectation })
  if (result.success) return { data: result.data, written, problems: [] }
  const substituted = (path: Path) => values.origins.has(formatPath(path))
  const issues = flattenIssues(result.error.issues)
  return {
    data: undefined,
    written,
    problems: issues.flatMap(issue => issueProblems(schema, written, issue, substituted)),
  }
}

/** Where a string is expected, a substituted value stays text: a password `12345` is no number. */
function withTexts<Raw>(schema: z.ZodType, raw: Raw, texts: ReadonlyMap<string, string>): Raw {
  const issues = texts.size > 0 ? (schema.safeParse(raw, { error: expectation }).error?.issues ?? []) : []
  const root = issues.length > 0 ? structuredClone(raw) : raw
  for (const { code, path, ...issue } of flattenIssues(issues)) {
    const text = texts.get(formatPath(path as Path))
    const wantsText = code !== 'invalid_type' || ('expected' in issue && issue.expected === 'string')
    const parent = valueAt(root, path.slice(0, -1) as Path)
    if (text === undefined || !wantsText || typeof parent !== 'object' || parent === null) continue
    Object.assign(parent, { [path.at(-1) as string]: text })
  }
  return root
}
