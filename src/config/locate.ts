import { isAlias, isCollection, isMap, isNode, isScalar, isSeq, type Node } from 'yaml'
import type { ConfigDocument } from './document.ts'
import { formatPath, type Path } from './path.ts'
import { type ConfigProblem, inTextOrder, type PathProblem } from './problem.ts'

/** Gives a problem its place in the text: of its value, of its key, or of the nearest key above what is missing. */
export function locate(document: ConfigDocument, problem: PathProblem): ConfigProblem {
  const { key, value, override, missing } = walk(document, problem.path)
  const path = formatPath(problem.path)
  const { message } = problem
  if (override !== undefined) return { file: override, line: undefined, column: undefined, path, message }
  const atKey = problem.atKey || missing || spansLines(value) || isEmpty(value)
  const node = (atKey ? key : value) ?? value ?? key
  const { line, col } = document.lines.linePos(node?.range?.[0] ?? 0)
  return { file: document.file, line: Math.max(line, 1), column: Math.max(col, 1), path, message }
}

/** Problems in the order of the text, those of overrides last. */
export function locateAll(document: ConfigDocument, problems: readonly PathProblem[]): ConfigProblem[] {
  return inTextOrder(problems.map(problem => locate(document, problem)))
}

interface Found {
  /** The last key on the way. */
  key: Node | undefined
  value: Node | undefined
  /** The override that wrote the last node on the way. */
  override: string | undefined
  /** The path ends before its end: the value is not there. */
  missing: boolean
}

function walk(document: ConfigDocument, path: Path): Found {
  let value = resolved(document, document.yaml.contents)
  const found: Found = {
    key: undefined,
    value,
    override: value && document.overrides.get(value),
    missing: false,
  }
  for (const segment of path) {
    const [key, child] = step(value, segment)
    if (child === undefined) return { ...found, missing: true }
    found.override = document.overrides.get(child)
    value = resolved(document, child)
    found.key = key
    found.value = isAlias(child) ? child : value
  }
  return found
}

function step(parent: Node | undefined, segment: string | number): [Node | undefined, Node | undefined] {
  if (isMap(parent)) {
    const pair = parent.items.findLast(
      ({ key }) => String(isScalar(key) ? key.value : key) === String(segment),
    )
    const value = isNode(pair?.value) ? pair.value : undefined
    return [isNode(pair?.key) ? pair.key : undefined, value]
  }
  const item = isSeq(parent) ? parent.items[Number(segment)] : undefined
  return [undefined, isNode(item) ? item : undefined]
}

function resolved(document: ConfigDocument, node: Node | null | undefined): Node | undefined {
  return isAlias(node) ? node.resolve(document.yaml) : (node ?? undefined)
}

const spansLines = (node: Node | undefined) => isCollection(node) && node.flow !== true
const isEmpty = (node: Node | undefined) => isScalar(node) && node.source === ''
