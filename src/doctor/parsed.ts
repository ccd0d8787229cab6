import type * as z from 'zod'

/** What is wrong with a document, each as `path: message`. */
export const problemsOf = (issues: readonly z.core.$ZodIssue[]): string[] =>
  issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))

/** A document in the shape of a schema. @throws Error with all that is wrong, in one line */
export function parsed<T>(schema: z.ZodType<T>, document: unknown): T {
  const { success, data, error } = schema.safeParse(document)
  if (success) return data
  throw new Error(problemsOf(error.issues).join('; '))
}
