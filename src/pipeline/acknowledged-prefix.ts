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

  /** How many positions are kept. Grows with what is unacknowledged, not with what was acknowledged behind it. */
  get size(): number {
    return this.#pending.length
  }

  /** Registers what is next in order; `position` is where the source stands after it. Call the result to acknowledge it. */
  begin(position: Position): () => void {
    const pending: Pending<Position> = { position, acknowledged: false }
    this.#pending.push(pending)
    return () => {
      if (pending.acknowledged) return
      pending.acknowledged = true
      this.#advance()
      this.#forgetNeighbours(pending)
    }
  }

  /** Of positions in a row that are all acknowledged only the last one matters. */
  #forgetNeighbours(pending: Pending<Position>): void {
    const index = this.#pending.indexOf(pending)
    if (index < 0) return
    if (this.#pending[index + 1]?.acknowledged) this.#pending.splice(index, 1)
    if (this.#pending[index - 1]?.acknowledged) this.#pending.splice(index - 1, 1)
  }

  #advance(): void {
    let reached: Pending<Position> | undefined
    while (this.#pending[0]?.acknowledged) reached = this.#pending.shift()
    if (reached !== undefined) this.#onAdvance(reached.position)
  }
}
