interface Pending<Position> {
  readonly position: Position
  acknowledged: boolean
}

/** Turns acknowledgements that arrive in any order into a position before which everything is acknowledged. */
export class AcknowledgedPrefix<Position> {
  readonly #pending: Pending<Position>[] = []
  readonly #onAdvance: (position: Position) => void

  /** `onAdvance` is called with the furthest position reached, once for each step forward. */
  constructor(onAdvance: (position: Position) => void) {
    this.#onAdvance = onAdvance
  }

  /** Registers what is next in order; `position` is where the source stands after it. Call the result to acknowledge it. */
  begin(position: Position): () => void {
    const pending: Pending<Position> = { position, acknowledged: false }
    this.#pending.push(pending)
    return () => {
      pending.acknowledged = true
      this.#advance()
    }
  }

  #advance(): void {
    let reached: Pending<Position> | undefined
    while (this.#pending[0]?.acknowledged) reached = this.#pending.shift()
    if (reached !== undefined) this.#onAdvance(reached.position)
  }
}
