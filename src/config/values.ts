import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type Scalar } from 'yaml'
import type { ConfigDocument } from './document.ts'
import { formatPath, type Path } from './path.ts'
import type { PathProblem } from './problem.ts'
import { type Env, type Origin, substitute } from './substitute.ts'

/** The configuration as plain values, substituted, and what must be remembered about where they came from. */
export interface Values {
  value: unknown
  /** Paths of values that hold a substitution, in `formatPath`'s form. */
  readonly origins: Map<string, Origin>
  /** The text of values that a substitution turned into a number, boolean or null, by path. */
  readonly texts: Map<string, string>
  readonly problems: PathProblem[]
}

// Far beyond any real configuration; they stop aliases that multiply or contain themselves.
const MAX_DEPTH = 64
const MAX_NODES = 10_000

/** Turns the document's nodes into plain values and substitutes `${env:…}` and `${file:…}` in its strings. */
export async function readValues(document: ConfigDocument, env: Env): Promise<Values> {
  const values: Values = { value: undefined, origins: new Map(), texts: new Map(), problems: [] }
  let nodes = 0
  let tooMuch = false

  async function read(node: unknown, path: Path): Promise<unknown> {
    if (tooMuch) return null
    if (path.length > MAX_DEPTH || ++nodes > MAX_NODES) {
      tooMuch = true
      problem(path.slice(0, 3), 'is too large or nested too deep; does an alias contain itself?')
      return null
    }
    if (isAlias(node)) {
      const target = node.resolve(document.yaml)
      if (target === undefined)
        problem(path, 'an alias without an anchor before it; put a value that begins with * in quotes')
      return read(target, path)
    }
    if (isSeq(node)) return readList(node.items, path)
    if (isMap(node)) return readMapping(node.items, path)
    return isScalar(node) ? readScalar(node, path) : null
  }

  async function readList(items: readonly unknown[], path: Path): Promise<unknown[]> {
    const list: unknown[] = []
    for (const [index, item] of items.entries()) list.push(await read(item, [...path, index]))
    return list
  }

  async function readMapping(
    pairs: readonly { key: unknown; value: unknown }[],
    path: Path,
  ): Promise<object> {
    const entries: [string, unknown][] = []
    for (const { key, value } of pairs) {
      const name = keyName(key)
      if (name === undefined) problem(path, 'has a key that is not a plain name')
      else entries.push([name, await read(value, [...path, name])])
    }
    return Object.fromEntries(entries)
  }

  async function readScalar(node: Scalar, path: Path): Promise<unknown> {
    if (typeof node.value !== 'string' || !node.value.includes('$')) return node.value
    const { text, origin, whole, problems } = await substitute(node.value, env)
    for (const message of problems) problem(path, message)
    if (origin === undefined) return text
    values.origins.set(formatPath(path), origin)
    const typed = whole && node.type === 'PLAIN' ? typedScalar(text) : text
    if (typed !== text) values.texts.set(formatPath(path), text)
    return typed
  }

  function problem(path: Path, message: string) {
    values.problems.push({ path, message })
  }

  values.value = await read(document.yaml.contents, [])
  return values
}

function keyName(key: unknown): string | undefined {
  const value: unknown = isScalar(key) ? key.value : key
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  // zod leaves `__proto__` out of records without a word.
  return typeof value === 'string' && value !== '__proto__' ? value : undefined
}

/** What YAML makes of an unquoted `text` when that is a number, boolean or null; else the text as it is. */
function typedScalar(text: string): unknown {
  const { contents, errors } = parseDocument<Node>(text, { prettyErrors: false, logLevel: 'error' })
  if (contents === null) return text.trim() === '' ? null : text
  if (errors.length > 0 || !isScalar(contents) || contents.source !== text.trim()) return text
  return typeof contents.value === 'string' || contents.tag ? text : contents.value
}
