import { type NameMatcher, nameMatcher } from './name-pattern.ts'
import { liveNamesOf } from './rotated-files.ts'

/** Names that are remembered: rotated files have new ones all the time. */
const MOST_KNOWN = 10_000

/** Says which of the files in a folder belong together, when a pattern chooses the live files of several logs. */
export class LogNames {
  readonly #matches: NameMatcher
  readonly #known = new Map<string, string | undefined>()

  /** @throws SyntaxError when `pattern` is none */
  constructor(pattern: string) {
    this.#matches = nameMatcher(pattern)
  }

  /**
   * The name of the live file of the log that `name` belongs to; undefined when it belongs to none. By its form it is a
   * rotated file of a name that the pattern fits, whether there is such a file now or not; else it is a live file if the
   * pattern fits it. A compressed file is no live one.
   */
  logOf(name: string): string | undefined {
    if (this.#known.has(name)) return this.#known.get(name)
    const rotatedFrom = liveNamesOf(name).find(live => this.#matches(live) && this.logOf(live) === live)
    const log = rotatedFrom ?? (this.#matches(name) && !name.endsWith('.gz') ? name : undefined)
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    this.#known.set(name, log)
    return log
  }

  /** Whether the pattern fits the name of a file that belongs to no log: a compressed one that was not rotated away from any. */
  isLeftAlone(name: string): boolean {
    return this.#matches(name) && this.logOf(name) === undefined
  }
}
