import type * as z from 'zod'
import { type pipelinesSchema, SECTIONS, type Section } from './frame.ts'
import { unknownName } from './nearest.ts'
import type { PathProblem } from './problem.ts'

/** Ids of a pipeline's components, by section, in their order. */
export type PipelineIds = Readonly<Record<Section, readonly string[]>> & { readonly redact?: boolean }

/** The pipelines by name: those written, or one `default` of everything. */
export function pipelineIds(
  configured: PipelineIds,
  written: z.output<typeof pipelinesSchema> | undefined,
): ReadonlyMap<string, PipelineIds> {
  return new Map(Object.entries(written ?? { default: configured }))
}

/** What is wrong with written pipelines: names, ids that are not configured or there twice, nothing to read or to send to. */
export function pipelineProblems(
  configured: PipelineIds,
  written: z.output<typeof pipelinesSchema> | undefined,
): PathProblem[] {
  if (written === undefined) return emptySections(configured)
  const top = ['service', 'pipelines']
  const pipelines = Object.entries(written)
  if (pipelines.length === 0) {
    return [
      { path: top, message: 'expected at least one pipeline; leave pipelines out for one of everything' },
    ]
  }
  return pipelines.flatMap(([name, pipeline]) => [
    ...nameProblems([...top, name], name),
    ...SECTIONS.flatMap(section =>
      referenceProblems([...top, name, section], pipeline[section], section, configured),
    ),
  ])
}

function emptySections(configured: PipelineIds): PathProblem[] {
  return (['receivers', 'exporters'] as const)
    .filter(section => configured[section].length === 0)
    .map(section => ({
      path: [section],
      message: `expected at least one ${section.slice(0, -1)}, found none`,
    }))
}

function nameProblems(path: readonly string[], name: string): PathProblem[] {
  // A pipeline's name becomes a file name of its checkpoints.
  if (/^\w[\w.-]{0,99}$/.test(name)) return []
  return [
    {
      path,
      message: 'expected a name of at most 100 letters, digits and . _ -, not beginning with . or -',
      atKey: true,
    },
  ]
}

function referenceProblems(
  path: readonly string[],
  ids: readonly string[],
  section: Section,
  configured: PipelineIds,
): PathProblem[] {
  const kind = section.slice(0, -1)
  if (ids.length === 0 && section !== 'processors') {
    return [{ path, message: `expected at least one ${kind}, found none` }]
  }
  return ids.flatMap((id, index) => {
    const what = `no ${kind} "${id}" is configured`
    const unknown = !configured[section].includes(id)
    if (unknown)
      return [{ path: [...path, index], message: unknownName(what, id, 'configured', configured[section]) }]
    return ids.indexOf(id) < index ? [{ path: [...path, index], message: `"${id}" is there twice` }] : []
  })
}

/** Configured components that no pipeline uses. */
export function unusedComponents(configured: PipelineIds, pipelines: Iterable<PipelineIds>): PathProblem[] {
  const all = [...pipelines]
  return SECTIONS.flatMap(section =>
    configured[section]
      .filter(id => !all.some(pipeline => pipeline[section].includes(id)))
      .map(id => ({ path: [section, id], message: 'is configured, but no pipeline uses it', atKey: true })),
  )
}
