import type { AuditBatch } from '../../pipeline/batch.ts'
import type { Consumer } from '../../pipeline/contracts.ts'

/** Hands batches to the pipeline, at most `maxInFlight` unacknowledged at a time. */
export class HandOver {
  readonly #next: Consumer
  readonly #maxInFlight: number
  readonly #onRefused: (error: unknown) => void
  readonly #inFlight = new Set<Promise<void>>()
  readonly #waiting = new Set<() => void>()
  #reserved = 0

  /** `onRefused` is called when the pipeline takes nothing any more because it shuts down. */
  constructor(next: Consumer, maxInFlight: number, onRefused: (error: unknown) => void) {
    this.#next = next
    this.#maxInFlight = maxInFlight
    this.#onRefused = onRefused
  }

  /** Waits for a free place and takes it; false when none became free within `ms` milliseconds or the signal aborted. */
  async reserve(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#isFree() && !signal.aborted) await this.#change(ms, signal)
    if (signal.aborted || !this.#isFree()) return false
    this.#reserved++
    return true
  }

  /** Gives a reserved place back. */
  release(): void {
    this.#reserved--
    for (const wake of this.#waiting) wake()
  }

  /** Hands a batch over in a reserved place; `acknowledge` is called when it is safe. */
  pass(batch: AuditBatch, acknowledge: () => void): void {
    const handed = this.#hand(batch, acknowledge).finally(() => {
      this.#inFlight.delete(handed)
      this.release()
    })
    this.#inFlight.add(handed)
  }

  /** Resolves when nothing is in flight. */
  async settled(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight)
  }

  #isFree(): boolean {
    return this.#reserved < this.#maxInFlight
  }

  async #hand(batch: AuditBatch, acknowledge: () => void): Promise<void> {
    try {
      await this.#next(batch)
    } catch (error) {
      this.#onRefused(error)
      return
    }
    acknowledge()
  }

  #change(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake)
    })
  }
}
