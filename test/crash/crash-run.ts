import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '../wait-until.ts'
import type { AgentLife } from './agent-life.ts'
import { CLEAN } from './faulty-sink.ts'
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
  /** How often it was ended, or paused, when it was no more than a moment behind the writers. */
  readonly atTheEnd: number
  /** What should not have happened, in words. */
  readonly troubles: readonly string[]
  readonly seconds: number
}

/** Ends an agent as often as the plan says while its logs are written, then lets one deliver the rest undisturbed. */
export async function crashRun(plan: Plan, root: string, seed: number): Promise<CrashReport> {
  const started = performance.now()
  const site = new Site(plan, root, seed)
  const moments: Record<string, number> = {}
  let atTheEnd = 0
  const writing = new Writing(site.lanes)
  try {
    await site.open()
    writing.start()
    for (let n = 0; n < plan.ends; n++) {
      await setReachable(site.lanes, !plan.isDownFirst || n >= plan.ends / 2)
      const moment = plan.signal === 'SIGSTOP' ? await pauseOnce(site) : await endOneLife(site, plan)
      moments[moment] = (moments[moment] ?? 0) + 1
      if (site.isAtTheEnd) atTheEnd++
      if (plan.tearsLines && site.random.chance(0.3)) await writing.crash()
    }
    await writing.stop()
    if (plan.signal === 'SIGSTOP' && site.life)
      await expectCode(0, site.life, await site.life.end('SIGTERM'), site)
    await drain(site, plan)
    const lanes = await Promise.all(site.lanes.map(lane => laneReport(lane, plan, site.stateDir)))
    return {
      lanes,
      moments,
      atTheEnd,
      troubles: site.troubles,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    await writing.stop()
    await site.close()
  }
}

async function endOneLife(site: Site, plan: Plan): Promise<string> {
  const life = site.start([], plan.failingDisk !== undefined)
  // Every other agent meets a backend that behaves, and so gets on to where the log is being written.
  for (const { sink } of site.lanes) sink.mood = site.random.chance(0.5) ? plan.mood : CLEAN
  const moment = await untilMoment(life, site)
  const wasRunning = life.isRunning
  const code = await life.end(plan.signal)
  // A signal that comes before the agent listens for it ends the process, which has done nothing yet.
  const isExpected = code === plan.signal ? plan.signal === 'SIGKILL' || !wasRunning : code === 0
  if (!isExpected) site.troubles.push(`an agent ended with ${code}:\n${life.output}`)
  site.check(life)
  return moment
}

/** Pauses the agent, which lives on, over some rotations. */
async function pauseOnce(site: Site): Promise<string> {
  const life = site.life ?? site.start()
  await life.running
  await delay(site.random.integer(0, 500))
  const rotations = () => site.lanes.reduce((sum, { writer }) => sum + writer.written.rotations, 0)
  const arrived = () => site.lanes.reduce((sum, { sink }) => sum + sink.ledger.arrived, 0)
  const enough = rotations() + site.random.integer(1, 6)
  life.child.kill('SIGSTOP')
  await waitUntil(() => rotations() >= enough, 'the log is rotated')
  const before = arrived()
  life.child.kill('SIGCONT')
  await waitUntil(() => arrived() > before, 'events arrive again')
  return 'pause'
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
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  /** Tears a line of each log, and goes on. */
  async crash(): Promise<void> {
    await this.stop()
    for (const { writer } of this.#lanes) await writer.crash()
    this.start()
  }

  start(): void {
    this.#stop = new AbortController()
    this.#running = Promise.all(this.#lanes.map(({ writer }) => writer.run(this.#stop.signal)))
    this.#running.catch(() => {}) // `stop` says so
  }
}

/** An agent that nothing disturbs delivers everything and stops when told to; after `--once` nothing is left to do. */
async function drain(site: Site, plan: Plan): Promise<void> {
  site.heal()
  await setReachable(site.lanes, true)
  const repeats = async () => {
    const ledgers = await Promise.all(site.lanes.map(lane => lane.arrivals()))
    return ledgers.reduce((sum, ledger) => sum + ledger.repeats, 0)
  }
  const isComplete = async () => {
    const reports = site.lanes.map(lane => laneReport(lane, plan, site.stateDir))
    return (await Promise.all(reports)).every(({ lost }) => lost.length === 0)
  }
  if (plan.exporter !== 'file') {
    const life = site.start()
    await life.running
    const deadline = performance.now() + DRAIN_MS
    while (performance.now() < deadline && !(await isComplete())) await delay(200)
    await expectCode(0, life, await life.end('SIGTERM'), site)
  }
  const rest = site.start(['--once'])
  await expectCode(0, rest, await rest.ended, site)

  const before = await repeats()
  const last = site.start(['--once'])
  await expectCode(0, last, await last.ended, site)
  const again = (await repeats()) - before
  if (again > 0) site.troubles.push(`a run after a complete one repeats ${again} events`)
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
