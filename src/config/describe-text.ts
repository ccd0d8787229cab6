import type { ComponentListing, OptionDescription } from './describe.ts'
import { SECTIONS } from './frame.ts'

/** The listing as aligned plain text. */
export function formatListing(listing: ComponentListing): string {
  const sections = SECTIONS.filter(section => listing[section].length > 0).map(section => {
    const components = listing[section].map(({ type, description, options }) =>
      [`  ${type}: ${description}`, ...optionLines(options)].join('\n'),
    )
    return [`${section}:`, ...components].join('\n\n')
  })
  return `${sections.join('\n\n')}\n`
}

function optionLines(options: readonly OptionDescription[]): string[] {
  const rows = options.map(option => {
    const fallback = option.required
      ? 'required'
      : option.default === undefined
        ? ''
        : `default ${option.default}`
    return [option.name, option.type, fallback, option.description]
  })
  const widths = [0, 1, 2].map(column => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(row =>
    `    ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  )
}
