import { Random } from '../corpus/random.ts'
import type { Scenario } from './scenario.ts'

/** Longer than any of the shippers waits between two attempts after a short outage of the backend. */
const QUIET_MS = 20_000
/** After a long one the Collector waits for up to 45 s, the agent for up to 30 s. */
const QUIET_AFTER_OUTAGE_MS = 50_000

/** All scenarios; the seed moves the rotations. */
export function scenarios(seed: number): Scenario[] {
  const random = new Random(seed)
  const inBursts = (...starts: readonly number[]) => starts.flatMap(start => burst(random, start))
  const rotations = inBursts(2_000, 5_000, 8_000)
  const quiet = { quietMs: QUIET_MS }
  const busy = { events: 10_000, rotations, deeds: [], ...quiet }
  const crash = {
    ...busy,
    deeds: [
      [4_000, 'kill'],
      [5_000, 'start'],
    ],
    rotations: inBursts(2_000, 4_400, 7_000),
  } as const
  const downtime = {
    ...busy,
    deeds: [
      [3_000, 'stop'],
      [8_000, 'start'],
    ],
    rotations: inBursts(2_000, 4_000, 6_000),
  } as const
  const outage = {
    events: 26_000,
    rotations: inBursts(2_000, 10_000, 18_000),
    quietMs: QUIET_AFTER_OUTAGE_MS,
  }
  return [
    {
      ...busy,
      name: 'rotation',
      what: 'three rotations within a third of a second, three times',
      by: 'rename',
    },
    {
      ...busy,
      name: 'rotation-gzip',
      what: 'the same; each backup compressed at once, then unlinked',
      by: 'rename and gzip',
    },
    { ...busy, name: 'copytruncate', what: 'the same by copying and truncating', by: 'copytruncate' },
    {
      ...crash,
      name: 'kill',
      what: '`kill -9`, started 1 s later, rotated before, meanwhile and after',
      by: 'rename',
    },
    { ...crash, name: 'kill-gzip', what: 'the same, backups compressed', by: 'rename and gzip' },
    { ...downtime, name: 'downtime', what: 'stopped for 5 s, six rotations meanwhile', by: 'rename' },
    { ...downtime, name: 'downtime-gzip', what: 'the same, backups compressed', by: 'rename and gzip' },
    {
      ...outage,
      name: 'outage',
      what: 'backend away for 20 s',
      by: 'rename',
      deeds: [
        [3_000, 'backend away'],
        [23_000, 'backend back'],
      ],
    },
    {
      ...outage,
      name: 'outage-kill',
      what: 'the same; `kill -9` in the middle, started 1 s later',
      by: 'rename',
      deeds: [
        [3_000, 'backend away'],
        [13_000, 'kill'],
        [14_000, 'start'],
        [23_000, 'backend back'],
      ],
    },
    {
      ...quiet,
      name: 'large',
      what: 'one event of 3 MiB among others',
      by: 'rename',
      events: 3_000,
      rotations: [],
      large: 1_500,
      deeds: [],
    },
  ]
}

/** Three rotations, 20 to 150 events apart: within one poll of most shippers. */
function burst(random: Random, start: number): number[] {
  const first = start + random.integer(0, 200)
  const second = first + random.integer(20, 150)
  return [first, second, second + random.integer(20, 150)]
}
