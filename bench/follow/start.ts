import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds } from '../linux/process-figures.ts'
import { type Figure, median } from '../run/figure.ts'
import { SoakBackend } from '../soak/backend.ts'
import { writeLogOf } from './log-of.ts'
import { logsIn, withAgent } from './with-agent.ts'

const EVENTS = 100
const LONGEST_MS = 60_000
const SCENARIO = 'start'

/** The agent from its start until the first event of a log of 100 is delivered, so many times. */
export async function start(folder: string, runs: number): Promise<Figure[]> {
  const all: Start[] = []
  for (let run = 0; run < runs; run++) all.push(await startOnce(join(folder, `${run}`)))
  const figure = (what: string, value: (start: Start) => number) => ({
    scenario: SCENARIO,
    what,
    value: median(all.map(value)),
    unit: 'ms',
  })
  return [
    { ...figure(`to the first event, median of ${runs}`, ({ ms }) => ms), goal: { atMost: 400 } },
    figure('CPU until then', ({ cpuMs }) => cpuMs),
  ]
}

interface Start {
  readonly ms: number
  readonly cpuMs: number
}

async function startOnce(folder: string): Promise<Start> {
  writeLogOf(logsIn(folder), EVENTS)
  const backend = new SoakBackend()
  const endpoint = await backend.start()
  try {
    const started = performance.now()
    return await withAgent(folder, endpoint, async ({ pid }) => {
      while (backend.ledger.arrived === 0) {
        if (performance.now() - started > LONGEST_MS) throw new Error(`no event after ${LONGEST_MS} ms`)
        await delay(1)
      }
      return { ms: performance.now() - started, cpuMs: cpuSeconds(pid) * 1_000 }
    })
  } finally {
    backend.stop()
  }
}
