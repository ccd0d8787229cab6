import type { Contender, DrainRun } from './contender.ts'
import { type Figure, type Goal, median } from './figure.ts'
import type { Measurement } from './measure.ts'

/** The memory an agent is to stay below, in MB. */
export const PEAK_GOAL: Goal = { atMost: 100 }

/** One line of the table. */
export interface Row {
  name: string
  kind: Contender['kind'] | 'yardstick'
  /** MB of input per second of wall time. */
  perSecond: number
  eventsPerSecond: number
  /** MB of input per second of CPU time. */
  perCpuSecond: number
  /** `perCpuSecond` in units of JSON.parse alone, measured in the same round. */
  j: number
  peakMegabytes: number
  goals: { j?: Goal; peakMegabytes?: Goal }
  /** Of a peer: the agent's row that does the same. */
  like?: string
  /** `yes`, `NO`, or nothing where nothing is sent. */
  allArrived: string
  /** What the medians are of, a round each. */
  runs: readonly Measurement[]
}

interface Input {
  bytes: number
  events: number
}

/** The line of JSON.parse, which is the unit of J. */
export function yardstickRow(runs: readonly Measurement[], input: Input): Row {
  return {
    name: 'JSON.parse only',
    kind: 'yardstick',
    goals: {},
    allArrived: '',
    ...medians(runs, runs, input),
  }
}

/** The line of a contender; `baseline` has the yardstick's measurement for each of `runs`. */
export function contenderRow(
  { name, kind, goal, like }: Contender,
  runs: readonly DrainRun[],
  baseline: readonly Measurement[],
  input: Input,
): Row {
  const allArrived = runs.every(run => run.wrong === undefined) ? 'yes' : 'NO'
  const goals = {
    ...(goal !== undefined && { j: { atLeast: goal } }),
    ...(kind === 'agent' && { peakMegabytes: PEAK_GOAL }),
  }
  return {
    name,
    kind,
    ...(like !== undefined && { like }),
    goals,
    allArrived,
    ...medians(runs, baseline, input),
  }
}

function medians(runs: readonly Measurement[], baseline: readonly Measurement[], input: Input) {
  const megabytes = input.bytes / 1e6
  return {
    runs,
    perSecond: median(runs.map(run => megabytes / run.seconds)),
    eventsPerSecond: median(runs.map(run => input.events / run.seconds)),
    perCpuSecond: median(runs.map(run => megabytes / run.cpuSeconds)),
    j: median(runs.map((run, i) => (baseline[i]?.cpuSeconds ?? Number.NaN) / run.cpuSeconds)),
    peakMegabytes: Math.max(...runs.map(run => run.peakBytes)) / 1e6,
  }
}

/** How many times a peer is to be beaten per CPU-second, by the peer's name. */
const TIMES: Readonly<Record<string, number>> = { collector: 5, 'collector-gzip': 5 }

/** How much more the agent ships per CPU-second than each peer that does the same. */
export function comparisons(rows: readonly Row[]): Figure[] {
  return rows.flatMap(({ name, like, j }) => {
    const ours = rows.find(row => row.name === like)
    if (ours === undefined) return []
    const times = TIMES[name]
    const figure = {
      scenario: name,
      what: `MB per CPU-second of ${like}, divided by its own`,
      value: ours.j / j,
      unit: '×',
    }
    return times === undefined ? [figure] : [{ ...figure, goal: { atLeast: times } }]
  })
}
