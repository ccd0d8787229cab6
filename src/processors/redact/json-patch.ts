import { OPEN_BRACKET, QUOTE } from '../../audit/json.ts'
import { type Path, stringAt, walkJson } from './walk.ts'

/** A value that a JSON patch puts somewhere. */
export interface PatchOperation {
  /** Offset of the value. */
  readonly value: number
  /** Where it is put: the body's name, then the keys and indices of the operation's `path`. */
  readonly path: Path
}

/** What the JSON patch (RFC 6902) at `start` puts where; nothing of what is no such patch. */
export function operationsIn(buffer: Buffer, start: number, name: string): PatchOperation[] {
  if (buffer[start] !== OPEN_BRACKET) return []
  const pointers = new Map<number, string>()
  const values = new Map<number, number>()
  const note = (path: Path, from: number, to: number) => {
    const [index, key] = path
    if (path.length !== 2 || typeof index !== 'number') return
    if (key === 'value') values.set(index, from)
    if (key === 'path' && buffer[from] === QUOTE) pointers.set(index, stringAt(buffer, from, to))
  }
  walkJson(buffer, start, {
    skips(path, at) {
      if (path.length > 1) note(path, at, at)
      return path.length > 1
    },
    scalar: note,
  })
  return [...values].flatMap(([index, value]) => {
    const pointer = pointers.get(index)
    return pointer === undefined ? [] : [{ value, path: [name, ...keysOf(pointer)] }]
  })
}

/** The steps of a JSON pointer (RFC 6901). A `-` is an element of its own behind the others. */
function keysOf(pointer: string): (string | number)[] {
  const steps = pointer === '' ? [] : pointer.slice(1).split('/')
  return steps.map(step => {
    if (/^(?:\d{1,9}|-)$/.test(step)) return step === '-' ? -1 : Number(step)
    return step.replaceAll('~1', '/').replaceAll('~0', '~')
  })
}
