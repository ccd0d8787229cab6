import { type Figure, goalCell, readable } from './figure.ts'
import type { Row } from './summary.ts'

/** Title and cell of each column; those without a title are names, aligned to the left. */
type Columns<T> = readonly [title: string, cell: (row: T) => string][]

const DRAIN: Columns<Row> = [
  ['', row => row.name],
  ['MB/s', row => row.perSecond.toFixed(0)],
  ['MB per CPU-second', row => row.perCpuSecond.toFixed(0)],
  ['J', row => row.j.toFixed(2)],
  ['goal', row => goalCell(row.j, row.goals.j)],
  ['peak RSS, MB', row => row.peakMegabytes.toFixed(0)],
  ['goal', row => goalCell(row.peakMegabytes, row.goals.peakMegabytes)],
  ['events/s', row => row.eventsPerSecond.toFixed(0)],
  ['all arrived', row => row.allArrived],
]

const FIGURES: Columns<Figure> = [
  ['', figure => figure.scenario],
  ['', figure => figure.what],
  ['measured', figure => `${readable(figure.value)} ${figure.unit}`.trim()],
  ['goal', figure => goalCell(figure.value, figure.goal)],
]

/** What the contenders took, as a Markdown table. */
export const drainTable = (rows: readonly Row[]): string => table(DRAIN, rows)

/** The other figures as a Markdown table. */
export const figureTable = (figures: readonly Figure[]): string => table(FIGURES, figures)

function table<T>(columns: Columns<T>, rows: readonly T[]): string {
  const cells = [columns.map(([title]) => title), ...rows.map(row => columns.map(([, cell]) => cell(row)))]
  const widths = columns.map((_, column) => Math.max(...cells.map(line => line[column]?.length ?? 0)))
  const isName = (column: number) => columns[column]?.[0] === ''
  const [header = '', ...lines] = cells.map(line => {
    const padded = line.map((text, column) =>
      isName(column) ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
    )
    return `| ${padded.join(' | ')} |`
  })
  const rules = widths.map((width, column) => `${'-'.repeat(width + 1)}${isName(column) ? '-' : ':'}`)
  return [header, `|${rules.join('|')}|`, ...lines].join('\n')
}
