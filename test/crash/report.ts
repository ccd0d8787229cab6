import { Ledger } from '../../bench/scenario/ledger.ts'
import { numberIn } from '../../bench/scenario/numbered-events.ts'
import { readDeadLetters } from './dead-letters.ts'
import type { Lane } from './lane.ts'
import type { Plan } from './plan.ts'

/** What became of the events of one log. */
export interface LaneReport {
  readonly events: number
  readonly rotations: number
  readonly repeats: number
  /** Events that are neither delivered nor dead-lettered. */
  readonly lost: readonly number[]
  /** Events that `maxBackups` has deleted before they were read. */
  readonly deletedUnread: readonly number[]
  /** Events that arrived with other bytes, repeats with another identity, records that are none of ours. */
  readonly wrong: readonly string[]
  /** Different events in the dead-letter file. */
  readonly deadLettered: number
  /** Lines of the dead-letter file that a crash has torn. */
  readonly tornLetters: number
}

/** Compares what was written into a log with what arrived and what was dead-lettered. */
export async function laneReport(lane: Lane, plan: Plan, stateDir: string): Promise<LaneReport> {
  const { written } = lane.writer
  const { repeats, lost, deletedUnread, altered, unlike, strangers } = (await lane.arrivals()).verdict(
    written,
  )
  const { raws, torn } = await readDeadLetters(stateDir, lane.name)
  const dead = new Ledger()
  const wrong: string[] = []
  const { poisonEvery = Number.POSITIVE_INFINITY } = plan
  const isTorn = new Set(written.torn)
  for (const raw of raws) {
    const number = numberIn(raw)
    // Of a torn line so little may be left that its number is missing.
    if (number === undefined || isTorn.has(number)) {
      if (!plan.tearsLines) wrong.push(`dead-lettered: ${raw.subarray(0, 60)}…`)
      continue
    }
    dead.receive(raw)
    if (number % poisonEvery !== 0) wrong.push(`event ${number} is dead-lettered`)
  }
  const name = (what: string, numbers: readonly number[]) => numbers.map(number => `event ${number} ${what}`)
  return {
    ...{ events: written.events, rotations: written.rotations, repeats },
    lost: lost.filter(number => !dead.has(number)),
    deletedUnread,
    wrong: [
      ...wrong,
      ...name('is altered', altered),
      ...name('is altered in the dead-letter file', dead.verdict(written).altered),
      ...name('came again with another identity', unlike),
      ...(strangers > 0 ? [`${strangers} records are no events that were written`] : []),
    ],
    deadLettered: dead.arrived,
    tornLetters: torn,
  }
}
