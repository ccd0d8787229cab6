import type { Verdict } from '../scenario/ledger.ts'
import type { Scenario } from './scenario.ts'

/** What a shipper made of a scenario, or why there is no telling. */
export type Outcome = Verdict | Error

/** Lost, repeated and altered events of one outcome. Altered are records that are no event as it was written: cut, glued, a piece. */
export function cell(outcome: Outcome): string {
  if (outcome instanceof Error) return 'failed'
  const { lost, repeats, altered, strangers } = outcome
  return [lost.length, repeats, altered.length + strangers].join(' / ')
}

/** A Markdown table: a row for each scenario, a column for each shipper. */
export function report(
  scenarios: readonly Scenario[],
  outcomes: ReadonlyMap<string, ReadonlyMap<string, Outcome>>,
): string {
  const rows = scenarios.map(({ name, what, events }) => {
    const cells = [...outcomes.values()].map(of => {
      const outcome = of.get(name)
      return outcome === undefined ? '' : cell(outcome)
    })
    return [`\`${name}\`: ${what}`, String(events), ...cells]
  })
  const header = ['scenario', 'written', ...outcomes.keys()]
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'))
  return [header, rule, ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
