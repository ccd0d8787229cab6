import type { Mark } from './mark.ts'

/** How long content must be missing before it counts as gone: a listing may miss a file that is being renamed. */
const ABSENT_MS = 1_000

/** Since when unread content is missing. */
export class Absence {
  readonly #since = new Map<Mark, number>()
  readonly #patienceMs: number

  /** With `isOnce` there is no second look: what is missing in the first one is gone. */
  constructor(isOnce: boolean) {
    this.#patienceMs = isOnce ? 0 : ABSENT_MS
  }

  /** Of what is missing now, the marks of what has been missing for too long. */
  gone(missing: readonly Mark[]): readonly Mark[] {
    const now = performance.now()
    for (const mark of this.#since.keys()) if (!missing.includes(mark)) this.#since.delete(mark)
    for (const mark of missing) if (!this.#since.has(mark)) this.#since.set(mark, now)
    return missing.filter(mark => now - (this.#since.get(mark) ?? now) >= this.#patienceMs)
  }
}
