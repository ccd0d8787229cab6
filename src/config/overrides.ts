import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  Scalar,
  visit,
  YAMLMap,
  YAMLSeq,
} from 'yaml'
import type { ConfigDocument } from './document.ts'
import { formatPath, parseAssignment } from './path.ts'
import type { ConfigProblem } from './problem.ts'

/**
 * Writes `--set` overrides such as `exporters.otlp.endpoint=http://x` into the document, in their order.
 * A value is a YAML scalar or a flow list or mapping; a key with a dot in it is quoted: `resource."k8s.node.name"=x`.
 * Returns a problem for each override that could not be applied.
 */
export function applyOverrides(document: ConfigDocument, overrides: readonly string[]): ConfigProblem[] {
  return overrides.flatMap(override => {
    const message = applyOverride(document, override)
    const file = overrideName(override)
    return message === undefined ? [] : [{ file, line: undefined, column: undefined, path: '', message }]
  })
}

/** How an override is named in messages: without its value, which may be a secret. */
function overrideName(override: string): string {
  const end = override.indexOf('=')
  return `--set ${end < 0 ? override : `${override.slice(0, end)}=…`}`
}

function applyOverride(document: ConfigDocument, override: string): string | undefined {
  const assignment = parseAssignment(override)
  if (assignment === undefined)
    return 'expected key.key=value, a key with a dot in quotes: resource."k8s.node.name"=x'
  const value = parseValue(assignment.value)
  if (value === undefined) return 'the value begins as a YAML list, mapping or quoted string and is not one'
  const mark = (node: Node) => {
    document.overrides.set(node, overrideName(override))
    return node
  }
  visit(value, { Node: (_, node) => void mark(node) })
  document.yaml.contents ??= mark(new YAMLMap()) as YAMLMap
  return set(document.yaml.contents, assignment.path, value, mark)
}

/** Walks down, makes the mappings (before an index 0: the lists) that are missing, and sets the last key. Returns what is in the way. */
function set(
  root: Node,
  path: readonly string[],
  value: Node,
  mark: (node: Node) => Node,
): string | undefined {
  let parent: Node = root
  for (const [depth, segment] of path.entries()) {
    const last = depth === path.length - 1
    const where = formatPath(path.slice(0, depth)) || 'the configuration'
    if (isAlias(parent)) return `${where} is an alias; set the key in the file`
    if (isSeq(parent) && !(Number(segment) <= parent.items.length)) {
      return `${where} is a list of ${parent.items.length}; expected an index up to its length, found "${segment}"`
    }
    if (!isMap(parent) && !isSeq(parent)) return `${where} is a single value, it has no keys`
    const existing: unknown = parent.get(segment, true)
    if (last || !isNode(existing) || (isScalar(existing) && existing.value === null)) {
      const collection = path[depth + 1] === '0' ? new YAMLSeq() : new YAMLMap()
      const child: Node = last ? value : mark(collection)
      parent.set(segment, child)
      parent = child
    } else parent = existing
  }
  return undefined
}

/** Text that YAML reads as something else than one scalar or a flow collection is taken as it stands. */
function parseValue(text: string): Node | undefined {
  const { contents, errors, warnings, comment } = parseDocument(text, {
    prettyErrors: false,
    logLevel: 'error',
  })
  const whole = errors.length + warnings.length === 0 && !comment && !contents?.comment
  if (whole && contents === null) return new Scalar(null)
  if (whole && isScalar(contents) && !contents.anchor) return contents
  if (whole && (isMap(contents) || isSeq(contents)) && contents.flow) return contents
  return /^\s*["'[{]/.test(text) ? undefined : new Scalar(text)
}
