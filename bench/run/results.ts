import type { CorpusCounts } from '../corpus/write.ts'
import type { Missing } from './contender.ts'
import type { Figure } from './figure.ts'
import type { Row } from './summary.ts'
import { drainTable, figureTable } from './table.ts'

/** All that one run of the benchmark found, as `--json` writes it. */
export interface Results {
  /** Node.js, processors, memory, operating system. */
  readonly machine: string
  readonly rounds: number
  readonly corpus: CorpusCounts
  readonly drain: readonly Row[]
  readonly figures: readonly Figure[]
  /** What was not found, and how to have it found. */
  readonly missing: readonly Missing[]
}

/** The log that the goals of throughput are for. */
const GOAL_BYTES = 500e6

/** The results for people: Markdown. */
export function report({ machine, rounds, corpus, drain, figures, missing }: Results): string {
  const size = `${(corpus.bytes / 1e6).toFixed(0)} MB, ${corpus.events} events`
  const parts = [
    machine,
    drain.length === 0 ? '' : `${size}; median of ${rounds}, peak RSS the highest\n\n${drainTable(drain)}`,
    drain.length > 0 && corpus.bytes < GOAL_BYTES
      ? 'The goals in J are for 500 MB: here the start weighs.'
      : '',
    figures.length === 0 ? '' : figureTable(figures),
    missing.map(({ name, advice }) => `${name}: not found (${advice})`).join('\n'),
  ]
  return parts.filter(part => part !== '').join('\n\n')
}
