/** How long a size that was refused is not tried again, in milliseconds: an operator may have raised the server's limit. */
const REMEMBERED_MS = 600_000

/** The largest body to send: what is configured, or less for some time after the server refused one. */
export class SizeLimit {
  readonly #configured: number
  #known: number
  #until = 0

  /** In bytes, before compression, as OpenSearch measures. */
  constructor(configured: number) {
    this.#configured = configured
    this.#known = configured
  }

  get bytes(): number {
    if (Date.now() > this.#until) this.#known = this.#configured
    return this.#known
  }

  /** A body of that size was answered with 413. */
  refused(size: number): void {
    this.#known = Math.min(this.bytes, size - 1)
    this.#until = Date.now() + REMEMBERED_MS
  }
}
