/** A value in an answer; undefined when there is none. */
export type Cell = string | number | boolean | readonly string[] | undefined

/** One answer: what `json`, `ndjson` and `csv` write, in this order. */
export type Row = Readonly<Record<string, Cell>>

/** A row, and when its request was received, in nanoseconds since 1970; undefined when no event of it has a valid time. */
export interface TimedRow {
  readonly row: Row
  readonly time: bigint | undefined
}

/** The rows in the order of their time; those of one time, or without one, as they came. */
export function inOrder(rows: readonly TimedRow[]): Row[] {
  const sorted = rows.toSorted(({ time: a = 0n }, { time: b = 0n }) => (a < b ? -1 : a > b ? 1 : 0))
  return sorted.map(({ row }) => row)
}
