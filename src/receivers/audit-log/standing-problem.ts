import type { ComponentContext } from '../../pipeline/contracts.ts'
import type { Failure } from '../../pipeline/health.ts'

/** A trouble that may last: said once when it begins or changes, and once when it is over. An ERROR keeps the agent from being ready. */
export class StandingProblem {
  readonly #context: Pick<ComponentContext, 'log' | 'problems'>
  #since = 0
  #message: string | undefined
  #isSaid = false
  #problem: Failure | undefined

  constructor(context: Pick<ComponentContext, 'log' | 'problems'>) {
    this.#context = context
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
    this.#context.log[level](message)
    this.#note(level === 'error' ? message : undefined)
  }

  /** It is over; says `message` when the trouble had been said. */
  clear(message: string): void {
    if (this.#isSaid) this.#context.log.info(message)
    this.#message = undefined
    this.#isSaid = false
    this.#note(undefined)
  }

  #note(reason: string | undefined): void {
    const { problems } = this.#context
    const since = this.#problem?.since ?? Date.now()
    if (this.#problem !== undefined) problems.delete(this.#problem)
    this.#problem = reason === undefined ? undefined : { since, reason }
    if (this.#problem !== undefined) problems.add(this.#problem)
  }
}
