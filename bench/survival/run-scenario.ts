import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Verdict } from '../scenario/ledger.ts'
import { Backend } from './backend.ts'
import { RunningShipper } from './running-shipper.ts'
import type { Deed, Scenario } from './scenario.ts'
import { type ScenarioWriter, startScenarioWriter } from './scenario-writer.ts'
import type { Shipper } from './shipper.ts'

/** For a shipper to start before anything is written: some begin at the end of the file they find. */
const START_MS = 3_000
const FIRST_EVENT_MS = 60_000
/** A shipper that has everything is given so long to send something again. */
const REPEAT_MS = 4_000
const POLL_MS = 50

/**
 * Plays a scenario to its end: until everything has come, or nothing new has for as long as the scenario says.
 * @throws Error with the shipper's output when not even the first event comes
 */
export async function runScenario(
  shipper: Shipper,
  scenario: Scenario,
  seed: number,
  backend = new Backend(),
): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'survival-'))
  const site = {
    logs: join(folder, 'logs'),
    log: join(folder, 'logs', 'audit.log'),
    state: join(folder, 'state'),
  }
  for (const made of [site.logs, site.state]) mkdirSync(made)
  writeFileSync(site.log, '')
  await backend.comeBack()
  const output = join(folder, 'output')
  const running = new RunningShipper(shipper.command({ ...site, endpoint: backend.endpoint }), output)
  running.start()
  await delay(START_MS)
  const writer = startScenarioWriter(site.logs, scenario, seed)
  try {
    await until(() => backend.ledger.arrived > 0 || !running.isAlive, FIRST_EVENT_MS)
    if (backend.ledger.arrived === 0) {
      throw new Error(`${shipper.name} did not deliver the first event:\n${readFileSync(output, 'utf8')}`)
    }
    const verdict = await play(scenario, writer, running, backend)
    if (!running.isAlive) console.error(`${shipper.name} ended by itself:\n${readFileSync(output, 'utf8')}`)
    return verdict
  } finally {
    writer.kill()
    await running.stop()
    await backend.goAway()
    rmSync(folder, { recursive: true })
  }
}

async function play(
  { deeds, events, quietMs }: Scenario,
  writer: ScenarioWriter,
  running: RunningShipper,
  backend: Backend,
): Promise<Verdict> {
  const { ledger } = backend
  const started = performance.now()
  writer.go()
  for (const [atMs, deed] of deeds) {
    await delay(started + atMs - performance.now())
    await DEEDS[deed](running, backend)
  }
  const written = await writer.written
  const writtenAt = performance.now()
  await until(() => {
    const quiet = performance.now() - Math.max(backend.lastArrival, writtenAt)
    return quiet > (ledger.arrived >= events ? REPEAT_MS : quietMs)
  })
  return ledger.verdict(written)
}

const DEEDS: Record<Deed, (running: RunningShipper, backend: Backend) => Promise<void> | void> = {
  kill: running => running.kill(),
  stop: running => running.stop(),
  start: running => running.start(),
  'backend away': (_, backend) => backend.goAway(),
  'backend back': (_, backend) => backend.comeBack(),
}

/** Waits until it is true, or for so long. */
async function until(condition: () => boolean, longestMs = Number.POSITIVE_INFINITY): Promise<void> {
  const deadline = performance.now() + longestMs
  while (!condition() && performance.now() < deadline) await delay(POLL_MS)
}
