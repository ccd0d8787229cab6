/** Lines of so many bytes always fit: more than kube-apiserver writes as a rule. Memory that is never touched costs nothing. */
const USUAL = 4 * 1024 * 1024
/** After so many usual lines in a row the memory that longer ones needed is let go. */
const PATIENCE = 1000

/** Decides for lines of how many bytes a memory has room. */
export class Room {
  #size = 0
  #usual = 0

  /** The longest line there is room for, in bytes. */
  get size(): number {
    return this.#size
  }

  /** Whether another memory, with room for `size`, is to be made for a line of so many bytes. */
  changesFor(length: number): boolean {
    if (length > this.#size) {
      this.#size = Math.max(USUAL, 2 ** Math.ceil(Math.log2(length)))
      return true
    }
    if (this.#size === USUAL) return false
    this.#usual = length > USUAL ? 0 : this.#usual + 1
    if (this.#usual < PATIENCE) return false
    this.#usual = 0
    this.#size = USUAL
    return true
  }
}
