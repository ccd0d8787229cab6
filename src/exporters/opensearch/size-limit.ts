/** How long a size that was refused is not tried again, in milliseconds: an operator may have raised the server's limit. */
const REMEMBERED_MS = 600_000

/**
 * The largest body to send: what is configured, or less for some time after the server refused one. Then its limit is between
 * the largest that passed and the smallest that did not, and what is sent is at most halfway: some refusals find it.
 */
export class SizeLimit {
  readonly #configured: number
  #refused = Number.POSITIVE_INFINITY
  #passed = 0
  #until = 0

  /** In bytes, before compression, as OpenSearch measures. */
  constructor(configured: number) {
    this.#configured = configured
  }

  get bytes(): number {
    if (Date.now() > this.#until) this.#refused = Number.POSITIVE_INFINITY
    const halfway = Math.floor((this.#passed + this.#refused) / 2)
    return Math.min(this.#configured, halfway)
  }

  /** A body of that size was answered with 413. */
  refused(size: number): void {
    this.#refused = Math.min(Date.now() > this.#until ? size : this.#refused, size)
    this.#until = Date.now() + REMEMBERED_MS
    if (this.#passed >= size) this.#passed = 0 // the limit was lowered
  }

  /** A body of that size was taken. */
  passed(size: number): void {
    if (size < this.#refused) this.#passed = Math.max(this.#passed, size)
  }
}
