import type { AttributeDefinition } from '../audit/attributes.ts'
import { shortName } from './attribute-names.ts'
import { unknownName } from './nearest.ts'
import { type OwnAttributes, ownAttributes } from './own-attributes.ts'
import type { PathProblem } from './problem.ts'

/** Names of attributes, with or without `k8s.auditlog.`. */
export interface AttributeChoice {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly add: OwnAttributes
}

/**
 * The attributes that are written: of the table those on by default and the included, without the excluded, in the
 * table's order, then the user's own. Names that are not in the table, or in both lists, are problems with paths such as
 * `include.0`.
 */
export function selectAttributes(
  table: readonly AttributeDefinition[],
  { include, exclude, add }: AttributeChoice,
): { attributes: readonly AttributeDefinition[]; problems: readonly PathProblem[] } {
  const included = new Set(include.map(shortName))
  const excluded = new Set(exclude.map(shortName))
  const chosen = table.filter(({ name, default: on }) => {
    const short = shortName(name)
    return (on || included.has(short)) && !excluded.has(short)
  })
  const known = table.map(({ name }) => shortName(name))
  const own = ownAttributes(table, add)
  const problems = [
    ...unknownNames(known, include, 'include'),
    ...unknownNames(known, exclude, 'exclude'),
    ...own.problems,
  ]
  exclude.forEach((name, index) => {
    const message = `"${name}" is in include too; keep one`
    if (included.has(shortName(name))) problems.push({ path: ['exclude', index], message })
  })
  return { attributes: [...chosen, ...own.attributes], problems }
}

function unknownNames(
  known: readonly string[],
  names: readonly string[],
  list: 'include' | 'exclude',
): PathProblem[] {
  return names.flatMap((name, index) => {
    const short = shortName(name)
    if (known.includes(short)) return []
    return [
      {
        path: [list, index],
        message: unknownName(`unknown attribute "${name}"`, short, 'known attributes', known),
      },
    ]
  })
}
