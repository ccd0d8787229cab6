import type { Verdict } from '../scenario/ledger.ts'
import type { Written } from '../scenario/log-writer.ts'
import type { SoakBackend } from './backend.ts'
import { judged, median, thirds } from './growth.ts'
import type { Latencies } from './latencies.ts'
import type { Sample } from './samples.ts'

/** Whether each event that was written came as it was written, and nothing else came. */
export function isComplete({ lost, deletedUnread, altered, unlike, strangers }: Verdict): boolean {
  return lost.length + deletedUnread.length + altered.length + unlike.length + strangers === 0
}

/** What came of it, as a Markdown table. */
export function report(
  written: Written,
  verdict: Verdict,
  { latencies, latenciesInFaults }: Pick<SoakBackend, 'latencies' | 'latenciesInFaults'>,
  samples: readonly Sample[],
): string {
  const life = judged(samples)
  const livedSeconds = ((samples.at(-1)?.ageMs ?? 0) / 1000).toFixed(0)
  const faultless = life.filter(({ isFaulty }) => !isFaulty)
  const rows: [string, string | number][] = [
    ['events written', written.events],
    ['lost / altered', `${verdict.lost.length + verdict.deletedUnread.length} / ${verdict.altered.length}`],
    ['repeated', verdict.repeats],
    ['repeated with other bytes / never written', `${verdict.unlike.length} / ${verdict.strangers}`],
    ['latency p50 / p99, ms', quantiles(latencies)],
    ['the same for events that met a fault', quantiles(latenciesInFaults)],
    ['the last process', `lived ${livedSeconds} s, ${life.length} samples after its warm-up`],
    ['its memory, MB (median of the second third → of the last)', change(life, ({ rssMb }) => rssMb, 0)],
    ['its open file descriptors', change(life, ({ fileDescriptors }) => fileDescriptors, 0)],
    ['its CPU, % of a core', change(life, ({ cpuPercent }) => cpuPercent, 1)],
    ['the same without what met a fault', change(faultless, ({ cpuPercent }) => cpuPercent, 1)],
  ]
  return ['| | |', '|---|---:|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n')
}

function change(samples: readonly Sample[], value: (sample: Sample) => number, digits: number): string {
  const [second, last] = thirds(samples)
  const of = (part: readonly Sample[]) => median(part.map(value)).toFixed(digits)
  return `${of(second)} → ${of(last)}, at most ${Math.max(...samples.map(value)).toFixed(digits)}`
}

function quantiles(latencies: Latencies): string {
  return `${latencies.quantile(0.5)} / ${latencies.quantile(0.99)} (${latencies.count} events)`
}
