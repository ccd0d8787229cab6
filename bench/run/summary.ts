import type { Measurement } from './measure.ts'

/** One line of the table. */
export interface Row {
  name: string
  /** MB of input per second of wall time. */
  perSecond: number
  eventsPerSecond: number
  /** MB of input per second of CPU time. */
  perCpuSecond: number
  /** `perCpuSecond` in units of JSON.parse alone, measured in the same round. */
  j: number
  peakMegabytes: number
  allArrived: string
}

/** The medians of what was measured; `baseline` has a measurement for each of `runs`. */
export function summary(
  name: string,
  runs: readonly Measurement[],
  baseline: readonly Measurement[],
  input: { bytes: number; events: number },
  allArrived: string,
): Row {
  const megabytes = input.bytes / 1e6
  return {
    name,
    perSecond: median(runs.map(run => megabytes / run.seconds)),
    eventsPerSecond: median(runs.map(run => input.events / run.seconds)),
    perCpuSecond: median(runs.map(run => megabytes / run.cpuSeconds)),
    j: median(runs.map((run, i) => (baseline[i]?.cpuSeconds ?? Number.NaN) / run.cpuSeconds)),
    peakMegabytes: Math.max(...runs.map(run => run.peakBytes)) / 1e6,
    allArrived,
  }
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}
