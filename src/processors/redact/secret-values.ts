import { QUOTE } from '../../audit/json.ts'
import {
  type BodyKind,
  type Context,
  contextOf,
  isHidden,
  type Labels,
  rootContext,
} from './secret-context.ts'
import { type Path, stringAt, type Visitor, walkJson } from './walk.ts'

/** Calls `hide` for each value in the JSON at `start` that is a Secret's or a token, by where it stands. */
export function findSecretValues(
  buffer: Buffer,
  start: number,
  kind: BodyKind,
  hide: (path: Path, start: number, end: number) => void,
  path: (string | number)[] = [],
): void {
  const labels = labelsIn(buffer, start)
  const contexts: Context[] = []
  const outside: Context = kind === 'any' ? 'plain' : kind === 'token' ? 'token' : 'hidden'
  const visitor: Visitor = {
    enter(path, at) {
      const parent = contexts.at(-1)
      const own = labels.get(at)
      contexts.push(
        parent === undefined
          ? rootContext(kind, own)
          : contextOf(parent, path.at(-1) ?? '', own, labels.get(starts.at(-1) ?? -1)),
      )
      starts.push(at)
    },
    leave() {
      contexts.pop()
      starts.pop()
    },
    scalar(path, from, to) {
      const context = contexts.at(-1) ?? outside
      if (isValue(buffer, from, to) && isHidden(context, path.at(-1) ?? '', labels.get(starts.at(-1) ?? -1)))
        hide(path, from, to)
    },
  }
  const starts: number[] = []
  walkJson(buffer, start, visitor, path)
}

/** By the offset of the objects that have any. */
function labelsIn(buffer: Buffer, start: number): ReadonlyMap<number, Labels> {
  const labels = new Map<number, Labels>()
  const starts: number[] = []
  walkJson(buffer, start, {
    enter: (_, at) => starts.push(at),
    leave: () => starts.pop(),
    scalar(path, from, to) {
      const key = path.at(-1)
      const object = starts.at(-1)
      if ((key !== 'kind' && key !== 'path') || object === undefined || buffer[from] !== QUOTE) return
      const own = labels.get(object) ?? { kinds: [], paths: [] }
      labels.set(object, own)
      own[key === 'kind' ? 'kinds' : 'paths'].push(stringAt(buffer, from, to))
    },
  })
  return labels
}

/** Not null, true, false or empty: they are no secrets, and in a patch null removes. */
function isValue(buffer: Buffer, at: number, end: number): boolean {
  const first = buffer[at] ?? 0
  return (first === QUOTE && end > at + 2) || first === 0x2d || (first >= 0x30 && first <= 0x39)
}
