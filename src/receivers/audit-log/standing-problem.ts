import type { Log } from '../../pipeline/log.ts'

/** A trouble that may last: said once when it begins or changes, and once when it is over. */
export class StandingProblem {
  readonly #log: Log
  #since = 0
  #message: string | undefined
  #isSaid = false

  constructor(log: Log) {
    this.#log = log
  }

  /** Says the trouble when it has lasted for `graceMs` milliseconds and was not said yet. */
  raise(level: 'warn' | 'error', message: string, graceMs = 0): void {
    if (this.#message !== message) {
      this.#message = message
      this.#since = performance.now()
      this.#isSaid = false
    }
    if (this.#isSaid || performance.now() - this.#since < graceMs) return
    this.#isSaid = true
    this.#log[level](message)
  }

  /** It is over; says `message` when the trouble had been said. */
  clear(message: string): void {
    if (this.#isSaid) this.#log.info(message)
    this.#message = undefined
    this.#isSaid = false
  }
}
