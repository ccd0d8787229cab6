/** Buckets a factor of two: 4 % of error at most. */
const STEPS = 16
const LONGEST_MS = 2 ** 24

/** Latencies in whole milliseconds, any number of them in constant memory; exact up to 20 ms. */
export class Latencies {
  readonly #counts = new Uint32Array(STEPS * (Math.log2(LONGEST_MS) + 1) + 1)
  #total = 0

  get count(): number {
    return this.#total
  }

  add(ms: number): void {
    const bucket = Math.floor(Math.log2(Math.min(Math.max(ms, 0), LONGEST_MS) + 1) * STEPS)
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#total++
  }

  /** The latency that `share` (0 to 1) of all do not exceed; NaN when there is none. */
  quantile(share: number): number {
    let left = Math.max(1, Math.ceil(this.#total * share))
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count
      if (left <= 0) return Math.ceil(2 ** ((bucket + 1) / STEPS) - 1) - 1 // the largest whole number in the bucket
    }
    return Number.NaN
  }
}
