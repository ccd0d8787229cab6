// The agent for a long time under load, rotations and faults: node bench/soak.ts [--minutes 30] [--rate 2000] [--seed 1]
// Fails when an event is lost or altered, or when memory or open files grow.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { LogWriter } from './scenario/log-writer.ts'
import { SoakAgent } from './soak/agent.ts'
import { SoakBackend } from './soak/backend.ts'
import { faults } from './soak/faults.ts'
import { isSteady } from './soak/growth.ts'
import { isComplete, report } from './soak/report.ts'
import { type Sample, Sampler } from './soak/samples.ts'

const ROTATE_MS = 10_000
const FAULT_EVERY_MS = 30_000
const SAMPLE_MS = 1_000
/** Backups are deleted as `--audit-log-maxbackup` does it, long after they were delivered. */
const MAX_BACKUPS = 12
const LONGEST_CATCH_UP_MS = 60_000

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
  },
})
const rate = Number(values.rate)
const soakMs = Number(values.minutes) * 60_000
if (!(soakMs >= 120_000))
  throw new Error(`--minutes must be 2 or more for growth to show, not ${values.minutes}`)

execFileSync('npm', ['run', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] })
const folder = mkdtempSync(join(tmpdir(), 'auditship-soak-'))
const logs = join(folder, 'logs')
const backend = new SoakBackend()
const agent = new SoakAgent(join(folder, 'agent'), logs, await backend.start())
const writer = new LogWriter(logs, {
  rate,
  rotateMs: [ROTATE_MS, ROTATE_MS],
  compress: true,
  maxBackups: MAX_BACKUPS,
  seed: Number(values.seed),
})
const over = new AbortController()
const isBehind = (events: number) => writer.written.events - backend.ledger.arrived > events

async function sample(): Promise<readonly Sample[]> {
  const sampler = new Sampler()
  const samples: Sample[] = []
  while (!over.signal.aborted) {
    await delay(SAMPLE_MS)
    const taken = sampler.take(agent.pid, backend.isFaulty)
    if (taken !== undefined) samples.push(taken)
  }
  return samples
}

/** Resolves to the number of faults when the soak is over, and ends it. */
async function makeFaults(): Promise<number> {
  const { restarting, keeping } = faults(agent, backend, over.signal)
  const pause = (ms: number) => delay(ms, undefined, { signal: over.signal })
  const start = performance.now()
  const until = start + soakMs
  let count = 0
  // A fault needs its time, and what it left behind is to be gone before the end.
  for (; performance.now() + FAULT_EVERY_MS < until; count++) {
    await pause(FAULT_EVERY_MS)
    // Growth shows in a process that lives long: none is restarted after the first third.
    const mayRestart = performance.now() < start + soakMs / 3
    const fault = (mayRestart && count % 2 === 0 ? restarting : keeping).next().value
    console.error(`${((performance.now() - start) / 1000).toFixed(0)} s: ${fault.name}`)
    backend.isFaulty = true
    await fault.happen()
    const deadline = performance.now() + LONGEST_CATCH_UP_MS
    while (isBehind(rate / 10) && performance.now() < deadline) await pause(10)
    backend.isFaulty = false
  }
  await pause(Math.max(0, until - performance.now()))
  over.abort()
  return count
}

/** Resolves to whether all is as it should be. */
async function soak(): Promise<boolean> {
  agent.start()
  const [written, samples, faultCount] = await Promise.all([writer.run(over.signal), sample(), makeFaults()])
  const deadline = performance.now() + LONGEST_CATCH_UP_MS
  while (isBehind(0) && performance.now() < deadline) await delay(50)
  await agent.end('SIGTERM')
  const verdict = backend.ledger.verdict(written)
  console.log(
    `${values.minutes} min at ${rate} events/s, ${written.rotations} rotations, ${faultCount} faults; ` +
      `Node.js ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model}\n`,
  )
  console.log(report(written, verdict, backend, samples))
  return isComplete(verdict) && isSteady(samples)
}

process.once('exit', () => agent.signal('SIGKILL'))
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    console.error(`stopped by ${signal}: see ${folder}`)
    process.exit(1)
  })
}
let isGood = false
try {
  isGood = await soak()
} finally {
  over.abort()
  agent.signal('SIGKILL') // where it still runs
  backend.stop()
  if (isGood) rmSync(folder, { recursive: true })
  else {
    console.error(`\nnot as it should be: see ${folder}`)
    process.exitCode = 1
  }
}
