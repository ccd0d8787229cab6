import { type FSWatcher, watch } from 'node:fs'

/**
 * Wakes a reader when something in a folder changes. The operating system's report is only a hint that saves waiting:
 * network and overlay file systems give none, so every wait ends after its time.
 */
export class WakeUp {
  readonly #folder: string
  #watcher: FSWatcher | undefined
  #changed = false
  #wake: (() => void) | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Begins to watch, anew when it did before: the folder may be another one since. */
  watch(): void {
    this.close()
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, () => this.#notice())
      this.#watcher.on('error', () => this.close())
    } catch {
      // No such folder, or the system's limit of watches is reached: polling goes on.
    }
  }

  /** Resolves at the next change, at once when there was one since the last call, or after `ms` milliseconds. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#changed && !signal.aborted) await this.#change(ms, signal)
    this.#changed = false
  }

  close(): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }

  #notice(): void {
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
