import * as z from 'zod'
import { parseJsonPath } from '../../audit/json-path.ts'

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

const jsonPath = z.string().transform((text, context) => {
  try {
    return { text, path: parseJsonPath(text) }
  } catch (error) {
    context.addIssue({ code: 'custom', message: `not a path: ${messageOf(error)}` })
    return z.NEVER
  }
})

const pattern = z.string().transform((text, context) => {
  try {
    return { text, expression: new RegExp(text, 'dg') }
  } catch (error) {
    // Without what V8 says first: the expression with our flags.
    const why = messageOf(error).replace(/^Invalid regular expression: .*: /s, '')
    context.addIssue({ code: 'custom', message: `not a regular expression: ${why}` })
    return z.NEVER
  }
})

/** Options of `redact`. */
export const redactOptions = z
  .strictObject({
    mode: z
      .enum(['replace', 'hash'])
      .default('replace')
      .describe(
        '`replace` writes `<redacted>`; `hash` writes an HMAC, so that equal secrets stay comparable',
      ),
    key: z
      .string()
      .min(16)
      .optional()
      .describe('Key of the HMAC, for `mode: hash`: at least 16 characters, best kept in a file')
      .meta({ secret: true }),
    paths: z
      .array(jsonPath)
      .default([])
      .describe('More values to redact, by path: `requestObject.spec.**.env[*].value`'),
    patterns: z
      .array(pattern)
      .default([])
      .describe(
        'More secrets to redact, by regular expression, in any string of an event; group 1 of it, if it has one',
      ),
  })
  .refine(({ mode, key }) => mode !== 'hash' || key !== undefined, {
    path: ['key'],
    message: 'expected a key for mode: hash, found none; it is best kept in a file',
  })

/** The options after parsing. */
export type RedactOptions = z.output<typeof redactOptions>
