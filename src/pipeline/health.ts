import { RetryableError } from './errors.ts'
import type { Log } from './log.ts'

/** How often a failure that goes on is said again, in milliseconds. */
const REMINDER_MS = 60_000

/** Whether an exporter delivers, since when not, and why. Says so in the log when that changes. */
export class ExporterHealth {
  readonly #log: Log
  #failure: { since: number; reason: string; saidAt: number } | undefined

  constructor(log: Log) {
    this.#log = log
  }

  /** Why the exporter is not ready and since when (milliseconds since 1970); undefined when it delivers. */
  get failure(): { readonly since: number; readonly reason: string } | undefined {
    return this.#failure
  }

  delivered(): void {
    if (this.#failure === undefined) return
    const seconds = Math.round((Date.now() - this.#failure.since) / 1000)
    this.#log.info(`delivers again after ${seconds} s`)
    this.#failure = undefined
  }

  failed(error: unknown): void {
    const reason = describe(error)
    const now = Date.now()
    const known = this.#failure
    if (known?.reason === reason && now - known.saidAt < REMINDER_MS) return
    const since = known?.since ?? now
    this.#failure = { since, reason, saidAt: now }
    const lasting = now - since >= 1000 ? ` for ${Math.round((now - since) / 1000)} s` : ''
    const message = `cannot deliver${lasting}, will go on trying; nothing is lost: ${reason}`
    if (error instanceof RetryableError && !error.needsOperator) this.#log.warn(message)
    else this.#log.error(message)
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
