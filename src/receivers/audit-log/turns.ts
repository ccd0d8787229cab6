/** A number of places. Whoever waits gets the next free one in the order of asking, so that nobody is starved. */
export class Turns {
  #free: number
  /** Who asked, the longest ago first, with what to call when they are waiting this moment. */
  readonly #asked = new Map<object, (() => void) | undefined>()

  constructor(places: number) {
    this.#free = places
  }

  /**
   * Waits for a free place and takes it for `who`; false when none became free within `ms` milliseconds or the signal aborted.
   * Whoever asks again after that has kept their turn.
   */
  async take(who: object, ms: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false
    if (this.#free === 0) return this.#wait(who, ms, signal)
    this.#free--
    this.#asked.delete(who)
    return true
  }

  /** Gives a place back. */
  give(): void {
    const calls = [...this.#asked.values()].filter(call => call !== undefined)
    if (calls[0] === undefined) this.#free++
    else calls[0]()
  }

  #wait(who: object, ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise(resolve => {
      const end = (isTaken: boolean) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
        if (isTaken) this.#asked.delete(who)
        else this.#asked.set(who, undefined)
        resolve(isTaken)
      }
      const giveUp = () => end(false)
      const timer = setTimeout(giveUp, ms)
      signal.addEventListener('abort', giveUp)
      this.#asked.set(who, () => end(true))
    })
  }
}
