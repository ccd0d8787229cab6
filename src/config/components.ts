import { type ComponentTypes, SECTIONS, type Section, typeOf } from './frame.ts'
import { unknownName } from './nearest.ts'
import type { PathProblem } from './problem.ts'

/** Ids of the components in each section of the raw configuration, in the order written. */
export function componentIds(raw: Readonly<Record<string, unknown>>): Record<Section, string[]> {
  const idsOf = (section: Section) => Object.keys(mapping(raw[section]) ?? {})
  return { receivers: idsOf('receivers'), processors: idsOf('processors'), exporters: idsOf('exporters') }
}

/** Sections and options that are written without a value are empty: `debug:` is `debug: {}`. */
export function fillEmpty(raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const filled = Object.entries(raw).filter(([, value]) => value !== null)
  return Object.fromEntries(
    filled.map(([key, value]) => {
      const components = SECTIONS.some(section => section === key) ? mapping(value) : undefined
      if (components === undefined) return [key, value]
      return [key, Object.fromEntries(Object.entries(components).map(([id, options]) => [id, options ?? {}]))]
    }),
  )
}

/** Ids that are malformed or name no known type. */
export function idProblems(
  ids: Readonly<Record<Section, readonly string[]>>,
  types: ComponentTypes,
): PathProblem[] {
  return SECTIONS.flatMap(section => {
    const known = types[section].map(({ type }) => type)
    return ids[section].flatMap(id => {
      const message = idProblem(id, section, known)
      return message === undefined ? [] : [{ path: [section, id], message, atKey: true }]
    })
  })
}

function idProblem(id: string, section: Section, known: readonly string[]): string | undefined {
  const type = typeOf(id)
  const kind = section.slice(0, -1)
  if (!known.includes(type)) return unknownName(`unknown ${kind} "${type}"`, type, `known ${section}`, known)
  // An id becomes part of file names.
  if (/^[^/]+(\/\w[\w.-]{0,99})?$/.test(id)) return undefined
  return `expected an id such as ${type} or ${type}/name, of at most 100 letters, digits and . _ -`
}

/** The value as a mapping, or undefined when it is something else. */
export function mapping(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}
