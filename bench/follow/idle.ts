import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '../../test/wait-until.ts'
import { cpuSeconds, wakeUps } from '../linux/process-figures.ts'
import type { Figure } from '../run/figure.ts'
import { SoakBackend } from '../soak/backend.ts'
import { writeLogOf } from './log-of.ts'
import { logsIn, withAgent } from './with-agent.ts'

const EVENTS = 1_000
const LONGEST_WAIT_MS = 60_000
/** For what follows delivery: the checkpoint, collections of garbage. */
const SETTLE_MS = 3_000
const SCENARIO = 'idle'

/** The agent for so many seconds after it has delivered a log that nobody writes to any more. */
export async function idle(folder: string, seconds: number): Promise<Figure[]> {
  writeLogOf(logsIn(folder), EVENTS)
  const backend = new SoakBackend()
  const endpoint = await backend.start()
  try {
    return await withAgent(folder, endpoint, async ({ pid }) => {
      await waitUntil(() => backend.ledger.arrived === EVENTS, 'all events arrive', LONGEST_WAIT_MS)
      await delay(SETTLE_MS)
      const [cpuBefore, wokenBefore, before] = [cpuSeconds(pid), wakeUps(pid), performance.now()]
      await delay(seconds * 1_000)
      const passed = (performance.now() - before) / 1_000
      const cpuShare = (cpuSeconds(pid) - cpuBefore) / passed
      const woken = (wakeUps(pid) - wokenBefore) / passed
      return [
        {
          scenario: SCENARIO,
          what: 'CPU',
          value: cpuShare * 100,
          unit: '% of a core',
          goal: { atMost: 0.3 },
        },
        { scenario: SCENARIO, what: 'wake-ups of its threads', value: woken, unit: '/s' },
      ]
    })
  } finally {
    backend.stop()
  }
}
