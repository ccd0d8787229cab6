import { answerLines } from '../query/output/format.ts'
import { writeLines } from '../query/output/pager.ts'
import type { Row } from '../query/row.ts'
import type { Query } from './query-asked.ts'

/** Writes the answer to stdout, and to stderr what is not in it. */
export async function writeAnswer(query: Query, rows: readonly Row[]): Promise<void> {
  const { question, format, style, pager } = query
  const shown = limited(rows, query)
  const lines = answerLines(format, shown, question.columns, style)
  await writeLines(process.stdout, lines, { pager: pager && format !== 'csv', env: process.env })
  if (format !== 'table') return
  if (rows.length === 0) console.error(`auditship: nothing found for ${question.name}`)
  if (shown.length < rows.length)
    console.error(`auditship: ${shown.length} of ${rows.length} rows; --limit 0 shows all`)
}

/** Of a list the newest, of a summary the first. */
function limited(rows: readonly Row[], { question, limit }: Query): readonly Row[] {
  if (limit === undefined) return rows
  return question.limit === undefined && question.rowOf !== undefined
    ? rows.slice(-limit)
    : rows.slice(0, limit)
}
