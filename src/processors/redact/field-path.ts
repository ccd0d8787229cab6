import { isDescendants, type JsonPath, stepTakes } from '../../audit/json-path.ts'
import type { Path } from './walk.ts'

/** What of a pattern was found on the way to a value: how many of its steps may have been taken; or all of them. */
type Taken = ReadonlySet<number> | 'all'

/** Goes along with a walk and says of each value whether it is at `pattern` or inside of what is. */
export class PathFinder {
  readonly #pattern: JsonPath
  /** Of the objects and lists that were entered. */
  readonly #stack: Taken[] = []

  /** For a walk that begins at the path `from`. */
  constructor(pattern: JsonPath, from: Path) {
    this.#pattern = pattern
    if (from.length === 0) return
    this.enter(undefined)
    for (const key of from.slice(0, -1)) this.enter(key)
  }

  /** An object or list begins; `key` is undefined at the root. */
  enter(key: string | number | undefined): void {
    this.#stack.push(key === undefined ? this.#withSkipped(new Set([0])) : this.#after(key))
  }

  /** The one entered last ends. */
  leave(): void {
    this.#stack.pop()
  }

  /** Whether the member `key` of the one entered last is meant. */
  isWithin(key: string | number): boolean {
    return this.#after(key) === 'all'
  }

  #after(key: string | number): Taken {
    const before = this.#stack.at(-1) ?? NOTHING
    if (before === 'all' || before.size === 0) return before
    const next = new Set<number>()
    for (const taken of before) {
      const step = this.#pattern[taken]
      if (step === undefined) continue
      if (isDescendants(step)) next.add(taken)
      else if (stepTakes(step, key)) next.add(taken + 1)
    }
    return next.size === 0 ? NOTHING : this.#withSkipped(next)
  }

  /** A `**` may stand for no step at all. */
  #withSkipped(taken: Set<number>): Taken {
    for (const count of taken) {
      const step = this.#pattern[count]
      if (step === undefined) return 'all'
      if (isDescendants(step)) taken.add(count + 1)
    }
    return taken
  }
}

const NOTHING: ReadonlySet<number> = new Set()

/** A path as a user writes it. */
export function formatFieldPath(path: Path): string {
  return path.map(formatStep).join('').replace(/^\./, '')
}

const formatStep = (key: string | number) =>
  typeof key === 'number' ? `[${key}]` : /^[^.[\]*"]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
