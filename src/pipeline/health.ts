import { RetryableError } from './errors.ts'
import type { Log } from './log.ts'

/** How often a failure that goes on is said again, in milliseconds. */
const REMINDER_MS = 60_000

/** What does not work: since when, in milliseconds since 1970, and why. */
export interface Failure {
  readonly since: number
  readonly reason: string
  /** The reason without a backend's words, when these may quote events: for whoever may ask. */
  readonly summary?: string
}

/** Whether an exporter delivers, since when not, and why. Says so in the log when that changes, and every minute while it lasts. */
export class ExporterHealth {
  readonly #log: Log
  /** Deliveries of which an attempt failed and that go on. */
  readonly #failing = new Set<object>()
  #failure: (Failure & { readonly needsOperator: boolean }) | undefined
  #reminder: NodeJS.Timeout | undefined
  #recovery = new AbortController()

  constructor(log: Log) {
    this.#log = log
  }

  /** Why the exporter is not ready; undefined when it delivers. */
  get failure(): Failure | undefined {
    return this.#failure
  }

  /** Aborts when a delivery that had failed is through: the others may try at once. */
  get recovery(): AbortSignal {
    return this.#recovery.signal
  }

  /** An attempt of a delivery failed and will be made again. */
  failed(delivery: object, error: unknown, reason = describe(error)): void {
    this.#failing.add(delivery)
    const known = this.#failure
    const needsOperator = !(error instanceof RetryableError) || error.needsOperator
    this.#failure = { since: known?.since ?? Date.now(), reason, needsOperator }
    if (known?.reason !== reason) this.#say(this.#failure)
  }

  /** A delivery is through. */
  delivered(delivery: object): void {
    const failure = this.#failure
    if (!this.#failing.has(delivery) || failure === undefined) return
    this.abandoned(delivery)
    this.#recovery.abort()
    this.#recovery = new AbortController()
    if (this.#failing.size > 0) return
    // The clock may have been set back meanwhile.
    const seconds = Math.max(0, Math.round((Date.now() - failure.since) / 1000))
    this.#log.info(`delivers again after ${seconds} s`)
  }

  /** A delivery has ended, by the agent's end if not otherwise: nothing more is to be said of it. */
  abandoned(delivery: object): void {
    this.#failing.delete(delivery)
    if (this.#failing.size > 0) return
    this.#failure = undefined
    clearTimeout(this.#reminder)
  }

  #say(failure: Failure & { readonly needsOperator: boolean }): void {
    const since = new Date(failure.since).toISOString()
    const message = `cannot deliver since ${since}, will go on trying; nothing is lost: ${failure.reason}`
    if (failure.needsOperator) this.#log.error(message)
    else this.#log.warn(message)
    clearTimeout(this.#reminder)
    this.#reminder = setTimeout(() => this.#say(this.#failure ?? failure), REMINDER_MS).unref()
  }
}

/** An error's message with those of its causes. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // A name with several addresses, such as localhost, fails with an error for each of them and no words of its own.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describe).join('; ')
  const cause = error.cause === undefined ? '' : `: ${describe(error.cause)}`
  return error.message + cause
}
