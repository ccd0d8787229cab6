import { styleText } from 'node:util'
import { column, shortened, widthOf } from '../../terminal/column.ts'
import type { Row } from '../row.ts'
import type { Column } from './column-definition.ts'

const GAP = '  '

/** How a table is drawn. */
export interface TableStyle {
  /** Cells of the terminal; undefined for as many as it takes. */
  readonly width: number | undefined
  readonly isColored: boolean
}

/** The rows as lines below a line of titles. */
export function tableLines(all: readonly Column[], rows: readonly Row[], style: TableStyle): string[] {
  const columns = shownOf(all, style.width)
  const texts = rows.map(row => columns.map(({ text }) => text(row)))
  const natural = columns.map(({ title }, i) =>
    texts.reduce((most, cells) => Math.max(most, widthOf(cells[i] ?? '')), title.length),
  )
  const widths = fitted(columns, natural, style.width)
  const title = titleLine(columns, widths, style)
  return [title, ...rows.map((row, i) => colored(line(columns, texts[i] ?? [], widths), row, style))]
}

/** Draws rows one at a time, before anybody knows how wide they get. */
export function rowByRow(all: readonly Column[], style: TableStyle) {
  const columns = shownOf(all, style.width)
  const usual = columns.map(({ usual }) => usual)
  const widths = fitted(columns, usual, style.width)
  return {
    title: titleLine(columns, widths, style),
    line: (row: Row) =>
      colored(
        line(
          columns,
          columns.map(({ text }) => text(row)),
          widths,
        ),
        row,
        style,
      ),
  }
}

/** The columns that there is room for. */
function shownOf(columns: readonly Column[], width: number | undefined): readonly Column[] {
  const needed = sum(columns.map(({ least }) => least)) + GAP.length * (columns.length - 1)
  const ranks = columns.map(({ dispensable = 0 }) => dispensable)
  const first = Math.max(...ranks)
  if (width === undefined || needed <= width || first === 0) return columns
  return shownOf(columns.toSpliced(ranks.indexOf(first), 1), width)
}

/** Takes from the widest column what is too much, as long as each has what it needs. */
function fitted(columns: readonly Column[], natural: readonly number[], width: number | undefined): number[] {
  const widths = [...natural]
  let excess = width === undefined ? 0 : sum(widths) + GAP.length * (widths.length - 1) - width
  for (; excess > 0; excess--) {
    const spare = widths.map((cells, i) => (cells > (columns[i]?.least ?? 0) ? cells : 0))
    const widest = spare.indexOf(Math.max(...spare))
    if (spare[widest] === 0) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

function titleLine(columns: readonly Column[], widths: readonly number[], style: TableStyle): string {
  const titles = line(
    columns,
    columns.map(({ title }) => title),
    widths,
  )
  return style.isColored ? styleText('bold', titles, { validateStream: false }) : titles
}

function line(columns: readonly Column[], texts: readonly string[], widths: readonly number[]): string {
  const cells = columns.map(({ isNumber }, i) => {
    const text = texts[i] ?? ''
    const width = widths[i] ?? 0
    if (isNumber) return shortened(text, width).padStart(width)
    return i === columns.length - 1 ? shortened(text, width) : column(text, width)
  })
  return cells.join(GAP).trimEnd()
}

/** Red for what was refused, yellow for what failed. */
function colored(text: string, row: Row, { isColored }: TableStyle): string {
  if (!isColored) return text
  const code = typeof row.code === 'number' ? row.code : 0
  const isRefused = code === 401 || code === 403 || row.decision === 'forbid' || row.allowed === false
  if (isRefused) return styleText('red', text, { validateStream: false })
  const isFailed = code >= 500 || row.stage === 'Panic'
  return isFailed ? styleText('yellow', text, { validateStream: false }) : text
}
