import type { Output } from './pager.ts'

/** Shorter searches show nothing. */
const BEFORE_MS = 400
const BETWEEN_MS = 100

/** Shows how far a search is, on one line of a terminal; nothing where there is none, or the size is not known. */
export class Progress {
  readonly #output: Output
  readonly #total: number | undefined
  #read = 0
  #next: number
  #isShown = false

  constructor(output: Output, total: number | undefined, now: number) {
    this.#output = output
    this.#total = output.isTTY === true && total !== 0 ? total : undefined
    this.#next = now + BEFORE_MS
  }

  /** So many bytes more were read. */
  add(bytes: number, now: number): void {
    this.#read += bytes
    if (this.#total === undefined || now < this.#next) return
    this.#next = now + BETWEEN_MS
    this.#isShown = true
    const share = Math.min(1, this.#read / this.#total)
    const bar = '#'.repeat(Math.round(share * 30)).padEnd(30, '.')
    this.#output.write(`\r[${bar}] ${Math.floor(share * 100)} % of ${megabytes(this.#total)} MB`)
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#isShown) this.#output.write('\r\u001b[K')
    this.#isShown = false
  }
}

const megabytes = (bytes: number) => Math.max(1, Math.round(bytes / 1e6))
