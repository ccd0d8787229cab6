import * as z from 'zod'
import type { AttributeDefinition } from '../audit/attributes.ts'
import { shortName } from './attribute-names.ts'
import { unknownName } from './nearest.ts'
import type { PathProblem } from './problem.ts'

const event = () => z.record(z.string(), z.unknown())

const testSchema = z
  .strictObject({
    name: z.string().min(1).describe('What holds, in words'),
    pipeline: z.string().optional().describe('Its pipeline; left out, the first one'),
    input: z
      .union([event(), z.array(event()).min(1)])
      .optional()
      .describe('An event or several; what every event has to have is filled in'),
    file: z.string().min(1).optional().describe('Or a file of events, one a line, beside the configuration'),
    expect: z
      .strictObject({
        kept: z.boolean().optional().describe('Whether each event leaves'),
        droppedBy: z
          .string()
          .optional()
          .describe('The rule that drops each event, such as filter noise/leases'),
        attributes: z
          .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()]))
          .optional()
          .describe('Attributes that each event leaves with; null: it has none'),
        redacted: z.array(z.string()).optional().describe('All paths at which each event is redacted'),
      })
      .refine(expected => Object.keys(expected).length > 0, {
        error: 'expected kept, droppedBy, attributes or redacted',
        when: ({ issues }) => issues.length === 0,
      })
      .describe('What becomes of each event'),
  })
  .refine(({ input, file }) => (input === undefined) !== (file === undefined), {
    error: 'expected either input or file',
    when: ({ issues }) => issues.length === 0,
  })

/** `tests` of a configuration. */
export const testsSchema = z.array(testSchema)

/** A test of the configuration: events, and what is to become of them. */
export type ConfigTest = z.output<typeof testSchema>

/** Attributes and pipelines in tests that there are none of. */
export function testProblems(
  tests: readonly ConfigTest[],
  attributes: readonly AttributeDefinition[],
  pipelines: readonly string[],
): PathProblem[] {
  const known = attributes.map(({ name }) => shortName(name))
  return tests.flatMap(({ pipeline, expect }, index) => {
    const unknown = Object.keys(expect.attributes ?? {}).filter(name => !known.includes(shortName(name)))
    const problems: PathProblem[] = unknown.map(name => ({
      path: ['tests', index, 'expect', 'attributes', name],
      message: unknownName(`no attribute "${name}" is written`, shortName(name), 'written attributes', known),
      atKey: true,
    }))
    if (pipeline === undefined || pipelines.includes(pipeline)) return problems
    const message = unknownName(`no pipeline "${pipeline}"`, pipeline, 'pipelines', pipelines)
    return [...problems, { path: ['tests', index, 'pipeline'], message }]
  })
}
