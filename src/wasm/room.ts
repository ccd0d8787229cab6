/** So many bytes always fit: more than a line of kube-apiserver's, or a batch, has as a rule. Memory that is never touched costs nothing. */
const USUAL = 4 * 1024 * 1024
/** After so many usual ones in a row the memory that a longer one needed is let go. */
const PATIENCE = 1000

/** Keeps what has room for a line or a batch, and makes another one when they are longer than that, or no longer so long. */
export class Room<T> {
  readonly #make: (size: number) => T
  #made: { readonly of: T; readonly size: number } | undefined
  #usual = 0

  /** `make` makes one with room for so many bytes; what it throws changes nothing. */
  constructor(make: (size: number) => T) {
    this.#make = make
  }

  /** What has room for so many bytes. */
  for(length: number): T {
    const size = this.#sizeFor(length)
    if (this.#made?.size !== size) this.#made = { of: this.#make(size), size }
    return this.#made.of
  }

  #sizeFor(length: number): number {
    const size = this.#made?.size ?? USUAL
    if (length > size) return 2 ** Math.ceil(Math.log2(length))
    if (size === USUAL) return USUAL
    this.#usual = length > USUAL ? 0 : this.#usual + 1
    if (this.#usual < PATIENCE) return size
    this.#usual = 0
    return USUAL
  }
}
