import type { Row } from '../row.ts'
import type { Column } from './column-definition.ts'
import { csvHeader, csvLine } from './csv.ts'
import { jsonLine } from './json.ts'
import { rowByRow, type TableStyle, tableLines } from './table.ts'

/** How an answer is written. */
export const FORMATS = ['table', 'json', 'ndjson', 'csv'] as const
export type Format = (typeof FORMATS)[number]

/** All lines of an answer. `json` is one array, a row a line. */
export function answerLines(
  format: Format,
  rows: readonly Row[],
  columns: readonly Column[],
  style: TableStyle,
): string[] {
  const [first] = rows
  switch (format) {
    case 'table':
      return first === undefined ? [] : tableLines(columns, rows, style)
    case 'json':
      return ['[', ...rows.map((row, i) => `  ${jsonLine(row)}${i < rows.length - 1 ? ',' : ''}`), ']']
    case 'ndjson':
      return rows.map(jsonLine)
    case 'csv':
      return first === undefined ? [] : [csvHeader(first), ...rows.map(csvLine)]
  }
}

/** The lines of one row after the other, as they come; the first has what stands above. */
export function lineWriter(
  format: Exclude<Format, 'json'>,
  columns: readonly Column[],
  style: TableStyle,
): (row: Row) => string[] {
  let isFirst = true
  const table = rowByRow(columns, style)
  const above = { table: () => [table.title], ndjson: () => [], csv: (row: Row) => [csvHeader(row)] }[format]
  const line = { table: table.line, ndjson: jsonLine, csv: csvLine }[format]
  return row => {
    const lines = [...(isFirst ? above(row) : []), line(row)]
    isFirst = false
    return lines
  }
}
