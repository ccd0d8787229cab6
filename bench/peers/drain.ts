import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds, peakBytes } from '../linux/process-figures.ts'
import type { Contender, DrainRun } from '../run/contender.ts'
import type { CorpusFile } from '../run/corpus-file.ts'
import type { SinkProcess } from '../run/sink-process.ts'
import { RunningShipper } from '../survival/running-shipper.ts'
import type { Command } from '../survival/shipper.ts'

/** Where a peer finds everything in one run. */
export interface DrainSite {
  readonly log: string
  /** A folder of its own, empty. */
  readonly state: string
  readonly endpoint: string
}

/** A peer that does what the agent's contender `like` does; `command` writes its configuration into `site.state`. */
export function peer(name: string, like: string, command: (site: DrainSite) => Command): Contender {
  return { name, kind: 'peer', like, run: (corpus, sink) => drain(command, corpus, sink) }
}

const POLL_MS = 20
/** A peer that sends nothing new for so long is done, or hangs. */
const LONGEST_SILENCE_MS = 60_000

/** Runs a peer, as a black box, until the sink has every event. @throws Error with its output when it ends by itself */
async function drain(
  command: (site: DrainSite) => Command,
  { file, counts }: CorpusFile,
  sink: SinkProcess,
): Promise<DrainRun> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-peer-'))
  const [state, output] = [join(folder, 'state'), join(folder, 'output')]
  mkdirSync(state)
  const shipper = new RunningShipper(command({ log: file, state, endpoint: sink.endpoint }), output)
  const started = performance.now()
  shipper.start()
  try {
    const events = await arrived(shipper, counts.events, sink)
    const seconds = (performance.now() - started) / 1000
    if (!shipper.isAlive) throw new Error(`it ended by itself:\n${readFileSync(output, 'utf8')}`)
    const wrong = events === counts.events ? undefined : `${events} of ${counts.events} events`
    return { seconds, cpuSeconds: cpuSeconds(shipper.pid), peakBytes: peakBytes(shipper.pid), wrong }
  } finally {
    await shipper.stop()
    rmSync(folder, { recursive: true })
  }
}

/** Resolves to the number of events at the sink when all are there, or when no more come. */
async function arrived(shipper: RunningShipper, expected: number, sink: SinkProcess): Promise<number> {
  let events = 0
  for (let last = performance.now(); performance.now() - last < LONGEST_SILENCE_MS && shipper.isAlive; ) {
    const now = (await sink.stats()).events
    if (now > events) last = performance.now()
    events = now
    if (events >= expected) break
    await delay(POLL_MS)
  }
  return events
}
