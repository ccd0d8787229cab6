import type { AuditBatch } from '../../pipeline/batch.ts'
import type { Consumer } from '../../pipeline/contracts.ts'
import type { Turns } from './turns.ts'

/** A batch that is not acknowledged, and when it was read, in milliseconds since 1970. */
export interface InFlight {
  readonly batch: AuditBatch
  readonly readAt: number
}

/** Hands the batches of one log to the pipeline. All logs of a receiver share its places for unacknowledged batches. */
export class HandOver {
  readonly #next: Consumer
  readonly #places: Turns
  readonly #onRefused: (error: unknown) => void
  /** In the order they were handed over. */
  readonly #inFlight = new Map<Promise<void>, InFlight>()

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
    this.#inFlight.set(handed, { batch, readAt: Date.now() })
  }

  /** What has been in flight longest. Its batch may be looked at now, not later: its bytes are overwritten once it is safe. */
  get oldest(): InFlight | undefined {
    return this.#inFlight.values().next().value
  }

  /** Whether something is in flight. */
  get isBusy(): boolean {
    return this.#inFlight.size > 0
  }

  /** Resolves when nothing is in flight. */
  async settled(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight.keys())
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
