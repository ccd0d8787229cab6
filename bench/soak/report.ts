import type { Verdict } from '../scenario/ledger.ts'
import type { Written } from '../scenario/log-writer.ts'
import type { SoakBackend } from './backend.ts'
import type { Latencies } from './latencies.ts'
import { median, type Sample } from './samples.ts'

/** Memory breathes with garbage collection and with batches, which a backlog makes larger. */
const MOST_GROWTH = 1.2
/** Files that are open for a moment: a rotation, a checkpoint. */
const MOST_MORE_FILES = 3

/** Whether memory and open files are in the last third what they were in the first. */
export function isSteady(samples: readonly Sample[]): boolean {
  const [first, last] = thirds(samples)
  const rss = (part: readonly Sample[]) => median(part.map(({ rssMb }) => rssMb))
  const files = (part: readonly Sample[]) => median(part.map(({ fileDescriptors }) => fileDescriptors))
  return rss(last) <= rss(first) * MOST_GROWTH && files(last) <= files(first) + MOST_MORE_FILES
}

/** What came of it, as a Markdown table. */
export function report(
  written: Written,
  verdict: Verdict,
  { latencies, latenciesInFaults }: Pick<SoakBackend, 'latencies' | 'latenciesInFaults'>,
  samples: readonly Sample[],
): string {
  const [first, last] = thirds(samples)
  const change = (value: (sample: Sample) => number, digits: number) => {
    const all = samples.map(value)
    const of = (part: readonly Sample[]) => median(part.map(value)).toFixed(digits)
    return `${of(first)} → ${of(last)}, at most ${Math.max(...all).toFixed(digits)}`
  }
  const rows: [string, string][] = [
    ['events written', String(written.events)],
    ['lost / altered', `${verdict.lost.length + verdict.deletedUnread.length} / ${verdict.altered.length}`],
    ['repeated', String(verdict.repeats)],
    ['latency p50 / p99, ms', quantiles(latencies)],
    ['the same for events that met a fault', quantiles(latenciesInFaults)],
    ['memory, MB (median of the first third → of the last)', change(({ rssMb }) => rssMb, 0)],
    ['open file descriptors', change(({ fileDescriptors }) => fileDescriptors, 0)],
    ['CPU, % of a core', change(({ cpuPercent }) => cpuPercent, 1)],
  ]
  return ['| | |', '|---|---:|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n')
}

function quantiles(latencies: Latencies): string {
  return `${latencies.quantile(0.5).toFixed(0)} / ${latencies.quantile(0.99).toFixed(0)} (${latencies.count} events)`
}

function thirds(samples: readonly Sample[]): [first: readonly Sample[], last: readonly Sample[]] {
  const third = Math.max(1, Math.floor(samples.length / 3))
  return [samples.slice(0, third), samples.slice(-third)]
}
