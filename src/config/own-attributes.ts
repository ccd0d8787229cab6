import type { AttributeDefinition, AttributeKind } from '../audit/attributes.ts'
import { type JsonPath, parseJsonPath } from '../audit/json-path.ts'
import { pathAttribute } from '../audit/path-attribute.ts'
import { fullName, shortName } from './attribute-names.ts'
import type { Path } from './path.ts'
import type { PathProblem } from './problem.ts'

/** Attributes of the user's own, by name. */
export type OwnAttributes = Readonly<Record<string, { readonly path: string; readonly type: AttributeKind }>>

/** The attributes that the user adds to those of the table. Names that clash and paths that are none are problems. */
export function ownAttributes(
  table: readonly AttributeDefinition[],
  add: OwnAttributes,
): { attributes: readonly AttributeDefinition[]; problems: readonly PathProblem[] } {
  const attributes: AttributeDefinition[] = []
  const problems: PathProblem[] = []
  const report = (path: Path, message: string, atKey = false) =>
    problems.push({ path: ['add', ...path], message, atKey })
  for (const [name, { path, type }] of Object.entries(add)) {
    const wrong = nameProblem(name, [...table, ...attributes])
    if (wrong !== undefined) report([name], wrong, true)
    const parsed = parse(path)
    if (typeof parsed === 'string') report([name, 'path'], parsed)
    else attributes.push(pathAttribute(fullName(name), parsed, type))
  }
  return { attributes, problems }
}

/** OpenSearch takes dots for objects: no name may begin with another one and a dot. */
function nameProblem(name: string, others: readonly AttributeDefinition[]): string | undefined {
  const short = shortName(name)
  if (!/^[A-Za-z]\w{0,99}(\.\w{1,100}){0,5}$/.test(short))
    return 'expected a name such as team or team.lead, of letters, digits and _'
  for (const other of others.map(attribute => shortName(attribute.name))) {
    if (other === short) return `the attribute ${other} is there already; choose another name`
    if (short.startsWith(`${other}.`) || other.startsWith(`${short}.`))
      return `clashes with the attribute ${other}: one would be a part of the other; choose another name`
  }
  return undefined
}

function parse(path: string): JsonPath | string {
  try {
    return parseJsonPath(path)
  } catch (error) {
    return `not a path: ${(error as Error).message}`
  }
}
