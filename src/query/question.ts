import type { Collector, RowOf } from './collect.ts'
import type { Condition } from './condition.ts'
import type { Column } from './output/column-definition.ts'

/** A question that people ask of an audit log. */
export interface Question {
  readonly name: string
  /** One line that says what the answer is. */
  readonly help: string
  /** Its rows are sessions: a database has them in `change_events`. */
  readonly isAboutSessions?: boolean
  /** What has to be named, such as `USER`. */
  readonly argument?: string
  /** What an event has to meet to count. */
  condition(argument: string): Condition
  /** Begins an answer. */
  collect(): Collector
  /** The row of one event, for `--follow`; undefined when the answer is made of all of them. */
  readonly rowOf?: RowOf
  /** What a table shows. */
  readonly columns: readonly Column[]
  /** How many rows are shown unless told otherwise: of a summary the first ones. */
  readonly limit?: number
}
