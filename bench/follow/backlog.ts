import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '../../test/wait-until.ts'
import { cpuSeconds, peakBytes } from '../linux/process-figures.ts'
import type { CorpusFile } from '../run/corpus-file.ts'
import type { Figure } from '../run/figure.ts'
import { startSink } from '../run/sink-process.ts'
import { PEAK_GOAL } from '../run/summary.ts'
import { acknowledgedBytes } from './acknowledged-bytes.ts'
import { writeBacklog } from './backlog-files.ts'
import { logsIn, stateIn, withAgent } from './with-agent.ts'

/** How late the backend answers. */
const ANSWER_AFTER_MS = 2_000
const LONGEST_WAIT_MS = 60_000
const SCENARIO = 'backlog'

/**
 * The agent for so many seconds before a backlog and a backend that answers each request after 2 s.
 * @throws Error when the checkpoint says more than the backend has received
 */
export async function backlog(
  folder: string,
  corpus: CorpusFile,
  bytes: number,
  seconds: number,
): Promise<Figure[]> {
  const size = await writeBacklog(logsIn(folder), corpus, bytes)
  const sink = await startSink(0, ANSWER_AFTER_MS)
  try {
    return await withAgent(folder, sink.endpoint, async agent => {
      const { pid } = agent
      await waitUntil(async () => (await sink.stats()).events > 0, 'the first event arrives', LONGEST_WAIT_MS)
      const [cpuBefore, before] = [cpuSeconds(pid), performance.now()]
      await delay(seconds * 1_000)
      const cpuShare = (cpuSeconds(pid) - cpuBefore) / ((performance.now() - before) / 1_000)
      const peak = peakBytes(pid)
      await agent.end('SIGTERM')
      const { events, eventBytes } = await sink.stats()
      const received = eventBytes + events // with the newlines
      const acknowledged = await acknowledgedBytes(stateIn(folder))
      if (acknowledged > received)
        throw new Error(`the checkpoint is ${acknowledged - received} bytes ahead of what the backend has`)
      return figures(size, { peak, cpuShare, received, unacknowledged: received - acknowledged })
    })
  } finally {
    await sink.stop()
  }
}

function figures(
  size: number,
  {
    peak,
    cpuShare,
    received,
    unacknowledged,
  }: Record<'peak' | 'cpuShare' | 'received' | 'unacknowledged', number>,
): Figure[] {
  const figure = (what: string, value: number, unit: string) => ({ scenario: SCENARIO, what, value, unit })
  const backlog = `${(size / 1e9).toFixed(1)} GB behind a backend that takes 2 s for each request`
  return [
    { ...figure(`peak RSS, ${backlog}`, peak / 1e6, 'MB'), goal: PEAK_GOAL },
    figure('CPU', cpuShare * 100, '% of a core'),
    figure('received by the backend', received / 1e6, 'MB'),
    figure('of it not yet in the checkpoint when it was stopped', unacknowledged / 1e6, 'MB'),
  ]
}
