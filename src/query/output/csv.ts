import { printable, shellCommand } from '../../terminal/printable.ts'
import type { Cell, Row } from '../row.ts'

/** What a spreadsheet takes for the beginning of a formula, and clients may put at the beginning of a name. */
const FORMULA = /^[=+\-@\t\r]/

/**
 * A line of RFC 4180 without its end. A text that a spreadsheet would compute has `'` before it; what a terminal would obey
 * is written as `\u001b`. A command is written as for a shell, other lists with a space between their items.
 */
export function csvLine(row: Row): string {
  return Object.entries(row)
    .map(([name, cell]) =>
      typeof cell === 'string' || Array.isArray(cell) ? ofText(name, cell) : String(cell ?? ''),
    )
    .join(',')
}

/** The line of names. */
export const csvHeader = (row: Row) => Object.keys(row).join(',')

function ofText(name: string, cell: Cell): string {
  const plain = Array.isArray(cell)
    ? name === 'command'
      ? shellCommand(cell)
      : cell.join(' ')
    : String(cell)
  const text = printable(plain)
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
