import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '../../test/wait-until.ts'
import { cpuSeconds, peakBytes } from '../linux/process-figures.ts'
import type { Figure } from '../run/figure.ts'
import { PEAK_GOAL } from '../run/summary.ts'
import { startWriter } from '../scenario/writer-process.ts'
import { SoakBackend } from '../soak/backend.ts'
import type { Latencies } from '../soak/latencies.ts'
import { isComplete } from '../soak/report.ts'
import { logsIn, withAgent } from './with-agent.ts'

const EVENTS_PER_SECOND = 2_000
/** Code is compiled, the heap finds its size. */
const WARM_UP_EVENTS = 3 * EVENTS_PER_SECOND
const LONGEST_WAIT_MS = 60_000
const SCENARIO = 'steady'

/**
 * The agent while 2,000 events a second are appended for so many seconds.
 * @throws Error when an event is lost or altered
 */
export async function steady(folder: string, seconds: number): Promise<Figure[]> {
  const backend = new SoakBackend()
  const endpoint = await backend.start()
  const writer = startWriter(logsIn(folder), { rate: EVENTS_PER_SECOND })
  try {
    return await withAgent(folder, endpoint, async ({ pid }) => {
      const arrive = (events: number) =>
        waitUntil(() => backend.ledger.arrived >= events, `${events} events arrive`, LONGEST_WAIT_MS)
      backend.isFaulty = true // latencies of the warm-up are kept apart
      await arrive(WARM_UP_EVENTS)
      backend.isFaulty = false
      const [cpuBefore, before] = [cpuSeconds(pid), performance.now()]
      await delay(seconds * 1_000)
      const cpuShare = (cpuSeconds(pid) - cpuBefore) / ((performance.now() - before) / 1_000)
      const written = await writer.stop()
      await arrive(written.events)
      const verdict = backend.ledger.verdict(written)
      if (!isComplete(verdict)) throw new Error(`events are missing or altered: ${JSON.stringify(verdict)}`)
      return [
        { scenario: SCENARIO, what: 'CPU at 2,000 events/s', value: cpuShare * 100, unit: '% of a core' },
        ...latencyFigures(backend.latencies),
        { scenario: SCENARIO, what: 'peak RSS', value: peakBytes(pid) / 1e6, unit: 'MB', goal: PEAK_GOAL },
      ]
    })
  } finally {
    writer.child.kill('SIGKILL')
    backend.stop()
  }
}

function latencyFigures(latencies: Latencies): Figure[] {
  const figure = (name: string, share: number) => ({
    scenario: SCENARIO,
    what: `append to acknowledgement, ${name}`,
    value: latencies.quantile(share),
    unit: 'ms',
  })
  return [figure('p50', 0.5), { ...figure('p99', 0.99), goal: { atMost: 50 } }, figure('longest', 1)]
}
