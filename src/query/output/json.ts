import { printableJson } from '../../terminal/printable.ts'
import type { Row } from '../row.ts'

/** The row as JSON on one line, with nothing in it that a terminal would obey. Cells without a value are left out. */
export const jsonLine = (row: Row) => printableJson(JSON.stringify(row))
