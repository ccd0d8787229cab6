/** Counts of values by size, as an OpenTelemetry histogram has them. */
export class Distribution {
  /** Upper bounds of the buckets, ascending; what is above the last one goes into a bucket of its own. */
  readonly boundaries: readonly number[]
  /** How many values fell into each bucket; one more than boundaries. */
  readonly counts: number[]
  count = 0
  sum = 0

  constructor(boundaries: readonly number[]) {
    this.boundaries = boundaries
    this.counts = new Array<number>(boundaries.length + 1).fill(0)
  }

  /** Counts a value; one that equals a boundary is below it. */
  record(value: number): void {
    const index = this.boundaries.findIndex(boundary => value <= boundary)
    const bucket = index < 0 ? this.boundaries.length : index
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1
    this.count++
    this.sum += value
  }
}
