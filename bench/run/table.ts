import type { Row } from './summary.ts'

const COLUMNS: readonly [title: string, cell: (row: Row) => string][] = [
  ['', row => row.name],
  ['MB/s', row => row.perSecond.toFixed(0)],
  ['MB per CPU-second', row => row.perCpuSecond.toFixed(0)],
  ['J', row => row.j.toFixed(2)],
  ['peak RSS, MB', row => row.peakMegabytes.toFixed(0)],
  ['events/s', row => row.eventsPerSecond.toFixed(0)],
  ['all arrived', row => row.allArrived],
]

/** The rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const cells = [COLUMNS.map(([title]) => title), ...rows.map(row => COLUMNS.map(([, cell]) => cell(row)))]
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map(line => line[column]?.length ?? 0)))
  const [header = '', ...lines] = cells.map(line => {
    const padded = line.map((text, i) =>
      i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0),
    )
    return `| ${padded.join(' | ')} |`
  })
  const rule = `|${widths.map((width, i) => `${'-'.repeat(width + 1)}${i === 0 ? '-' : ':'}`).join('|')}|`
  return [header, rule, ...lines].join('\n')
}
