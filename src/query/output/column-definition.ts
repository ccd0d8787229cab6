import type { Row } from '../row.ts'

/** A column of a table. */
export interface Column {
  readonly title: string
  /** What stands in it, with nothing in it that a terminal would obey. */
  readonly text: (row: Row) => string
  /** Cells it needs to be of use: it is shortened to no less. */
  readonly least: number
  /** Cells it has while rows are shown as they come. */
  readonly usual: number
  /** Left out of a terminal too narrow for what all columns need: the highest goes first. Those without stay. */
  readonly dispensable?: number
  /** Numbers stand at its right edge. */
  readonly isNumber?: boolean
}
