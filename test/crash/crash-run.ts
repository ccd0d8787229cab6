import { setTimeout as delay } from 'node:timers/promises'
import type { AgentLife } from './agent-life.ts'
import type { Lane } from './lane.ts'
import { untilMoment } from './moments.ts'
import type { Plan } from './plan.ts'
import { type LaneReport, laneReport } from './report.ts'
import { Site } from './site.ts'

/** How long the last agent may take to deliver what is left, in milliseconds. */
const DRAIN_MS = 60_000

/** What a run has shown. */
export interface CrashReport {
  readonly lanes: readonly LaneReport[]
  /** How often the agent was ended, by the moment. */
  readonly moments: Readonly<Record<string, number>>
  /** What should not have happened, in words. */
  readonly troubles: readonly string[]
  readonly seconds: number
}

/** Ends an agent as often as the plan says while its logs are written, then lets one deliver the rest undisturbed. */
export async function crashRun(plan: Plan, root: string, seed: number): Promise<CrashReport> {
  const started = performance.now()
  const site = new Site(plan, root, seed)
  const moments: Record<string, number> = {}
  try {
    await site.open()
    const writing = new Writing(site.lanes)
    for (let n = 0; n < plan.ends; n++) {
      await setReachable(site.lanes, !plan.isDownFirst || n >= plan.ends / 2)
      const moment = await endOneLife(site, plan)
      moments[moment] = (moments[moment] ?? 0) + 1
      if (plan.tearsLines && site.random.chance(0.3)) await writing.crash()
    }
    await writing.stop()
    await drain(site, plan)
    const lanes = await Promise.all(site.lanes.map(lane => laneReport(lane, plan, site.stateDir)))
    return { lanes, moments, troubles: site.troubles, seconds: (performance.now() - started) / 1000 }
  } finally {
    await site.close()
  }
}

async function endOneLife(site: Site, plan: Plan): Promise<string> {
  const life = site.start([], plan.failingDisk !== undefined)
  const moment = await untilMoment(life, site.lanes, site.checkpoints, site.random)
  const wasRunning = life.isRunning
  const code = await life.end(plan.signal)
  // A signal that comes before the agent listens for it ends the process, which has done nothing yet.
  const isExpected = code === plan.signal ? plan.signal === 'SIGKILL' || !wasRunning : code === 0
  if (!isExpected) site.troubles.push(`an agent ended with ${code}:\n${life.output}`)
  site.check(life)
  return moment
}

async function setReachable(lanes: readonly Lane[], isReachable: boolean): Promise<void> {
  for (const { sink } of lanes) {
    if (isReachable) await sink.open()
    else await sink.close()
  }
}

/** The writers of all logs, at work until they are stopped. */
class Writing {
  readonly #lanes: readonly Lane[]
  #stop = new AbortController()
  #running: Promise<unknown> = Promise.resolve()

  constructor(lanes: readonly Lane[]) {
    this.#lanes = lanes
    this.#start()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  /** Tears a line of each log, and goes on. */
  async crash(): Promise<void> {
    await this.stop()
    for (const { writer } of this.#lanes) await writer.crash()
    this.#start()
  }

  #start(): void {
    this.#stop = new AbortController()
    this.#running = Promise.all(this.#lanes.map(({ writer }) => writer.run(this.#stop.signal)))
    this.#running.catch(() => {}) // `stop` says so
  }
}

/** An agent that nothing disturbs delivers everything, stops when told to, and leaves nothing to do. */
async function drain(site: Site, plan: Plan): Promise<void> {
  site.heal()
  await setReachable(site.lanes, true)
  const missing = async () => {
    const reports = site.lanes.map(lane => laneReport(lane, plan, site.stateDir))
    return (await Promise.all(reports)).flatMap(report => report.missing).length
  }
  const repeats = async () => {
    const ledgers = await Promise.all(site.lanes.map(lane => lane.arrivals()))
    return ledgers.reduce((sum, ledger) => sum + ledger.repeats, 0)
  }
  const life = site.start()
  const deadline = performance.now() + DRAIN_MS
  while ((await missing()) > 0 && performance.now() < deadline) await delay(200)
  await life.running
  await expectCode(0, life, await life.end('SIGTERM'), site)

  const before = await repeats()
  const last = site.start(['--once'])
  await expectCode(0, last, await last.ended, site)
  const again = (await repeats()) - before
  if (again > 0) site.troubles.push(`a run after a clean stop repeats ${again} events`)
}

async function expectCode(
  expected: number,
  life: AgentLife,
  code: number | NodeJS.Signals,
  site: Site,
): Promise<void> {
  site.check(life)
  if (code !== expected) site.troubles.push(`an undisturbed agent ended with ${code}:\n${life.output}`)
}
