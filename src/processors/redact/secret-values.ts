import { OPEN_BRACKET, QUOTE } from '../../audit/json.ts'
import {
  type BodyKind,
  type Context,
  contextOf,
  isHidden,
  isLastApplied,
  isOfWhole,
  type Labels,
  rootContext,
} from './secret-context.ts'
import { type Path, stringAt, type Visitor, walkJson } from './walk.ts'

/** What is called for a value that is secret: a string or number, or with `isDocument` a string that holds a Secret as JSON. */
export type Hide = (path: Path, start: number, end: number, isDocument: boolean) => void

const NO_LABELS: ReadonlyMap<number, Labels> = new Map()

/** Calls `hide` for each value in the JSON at `start` that is a Secret's or a token, by where it stands. */
export function findSecretValues(
  buffer: Buffer,
  start: number,
  kind: BodyKind,
  hide: Hide,
  path: (string | number)[] = [],
): void {
  // Nobody asks for them in what is a Secret whatever it says, unless it is a JSON patch.
  const isSaid = kind === 'any' || kind === 'secret response' || buffer[start] === OPEN_BRACKET
  const labels = isSaid ? labelsIn(buffer, start, kind) : NO_LABELS
  const contexts: Context[] = []
  const starts: number[] = []
  const outside: Context = kind === 'any' ? 'plain' : kind === 'token' ? 'token' : 'hidden'
  const entered = (path: Path, at: number) => {
    const parent = contexts.at(-1)
    const own = labels.get(at)
    if (parent === undefined) return rootContext(kind, own)
    return contextOf(parent, path.at(-1) ?? '', own, labels.get(starts.at(-1) ?? -1))
  }
  const visitor: Visitor = {
    skips: (path, at) => contexts.length > 0 && entered(path, at) === 'safe',
    enter(path, at) {
      contexts.push(entered(path, at))
      starts.push(at)
    },
    leave() {
      contexts.pop()
      starts.pop()
    },
    scalar(path, from, to) {
      if (!isValue(buffer, from, to)) return
      const context = contexts.at(-1) ?? outside
      const key = path.at(-1) ?? ''
      if (isLastApplied(context, key)) hide(path, from, to, true)
      else if (isHidden(context, key, labels.get(starts.at(-1) ?? -1))) hide(path, from, to, false)
    },
  }
  walkJson(buffer, start, visitor, path)
}

/** By the offset of the objects that have any. */
function labelsIn(buffer: Buffer, start: number, kind: BodyKind): ReadonlyMap<number, Labels> {
  const labels = new Map<number, Labels>()
  const starts: number[] = []
  const labelsOf = (object: number) => {
    const known = labels.get(object) ?? { kinds: [], paths: [], isWhole: false }
    labels.set(object, known)
    return known
  }
  const note = (key: string | number | undefined, from: number, to: number) => {
    const object = starts.at(-1)
    if (object === undefined) return
    if (isOfWhole(key)) labelsOf(object).isWhole = true
    if ((key !== 'kind' && key !== 'path') || buffer[from] !== QUOTE) return
    labelsOf(object)[key === 'kind' ? 'kinds' : 'paths'].push(stringAt(buffer, from, to))
  }
  walkJson(buffer, start, {
    // In a body that is known to be a Secret's nobody asks what is within these.
    skips(path, at) {
      const isSkipped = kind !== 'any' && starts.length > 0 && isOfWhole(path.at(-1))
      if (isSkipped) note(path.at(-1), at, at)
      return isSkipped
    },
    enter(path, at) {
      note(path.at(-1), at, at)
      starts.push(at)
    },
    leave: () => starts.pop(),
    scalar: (path, from, to) => note(path.at(-1), from, to),
  })
  return labels
}

/** Not null, true, false or empty: they are no secrets, and in a patch null removes. */
function isValue(buffer: Buffer, at: number, end: number): boolean {
  const first = buffer[at] ?? 0
  return (first === QUOTE && end > at + 2) || first === 0x2d || (first >= 0x30 && first <= 0x39)
}
