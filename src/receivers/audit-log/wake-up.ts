/**
 * Lets a reader wait for changes. What is noticed is only a hint that saves waiting: network and overlay file systems
 * report none, so every wait ends after its time.
 */
export class WakeUp {
  #changed = false
  #wake: (() => void) | undefined

  /** Resolves at the next change, at once when there was one since the last call, or after `ms` milliseconds. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#changed && !signal.aborted) await this.#change(ms, signal)
    this.#changed = false
  }

  /** Something changed. */
  notice(): void {
    this.#changed = true
    this.#wake?.()
  }

  #change(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const wake = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        this.#wake = undefined
        resolve()
      }
      const timer = setTimeout(wake, ms)
      this.#wake = wake
      signal.addEventListener('abort', wake)
    })
  }
}
