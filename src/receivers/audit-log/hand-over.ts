import type { AuditBatch } from '../../pipeline/batch.ts'
import type { Consumer } from '../../pipeline/contracts.ts'
import type { Turns } from './turns.ts'

/** Hands the batches of one log to the pipeline. All logs of a receiver share its places for unacknowledged batches. */
export class HandOver {
  readonly #next: Consumer
  readonly #places: Turns
  readonly #onRefused: (error: unknown) => void
  readonly #inFlight = new Set<Promise<void>>()

  /** `onRefused` is called when the pipeline takes nothing any more because it shuts down. */
  constructor(next: Consumer, places: Turns, onRefused: (error: unknown) => void) {
    this.#next = next
    this.#places = places
    this.#onRefused = onRefused
  }

  /** Waits for a free place and takes it; false when none became free within `ms` milliseconds or the signal aborted. */
  reserve(ms: number, signal: AbortSignal): Promise<boolean> {
    return this.#places.take(this, ms, signal)
  }

  /** Gives a reserved place back. */
  release(): void {
    this.#places.give()
  }

  /** Hands a batch over in a reserved place; `acknowledge` is called when it is safe. */
  pass(batch: AuditBatch, acknowledge: () => void): void {
    const handed = this.#hand(batch, acknowledge).finally(() => {
      this.#inFlight.delete(handed)
      this.release()
    })
    this.#inFlight.add(handed)
  }

  /** Whether something is in flight. */
  get isBusy(): boolean {
    return this.#inFlight.size > 0
  }

  /** Resolves when nothing is in flight. */
  async settled(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight)
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
}
