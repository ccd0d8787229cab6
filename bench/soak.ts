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
import { isSteady, report } from './soak/report.ts'
import { type Sample, Sampler } from './soak/samples.ts'

const ROTATE_MS = 10_000
const FAULT_EVERY_MS = 30_000
const SAMPLE_MS = 1_000
/** A process that has just started is still growing to its size. */
const WARM_UP_MS = 5_000
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
const samples: Sample[] = []
const over = new AbortController()
const isBehind = (events: number) => writer.written.events - backend.ledger.arrived > events

async function sample(): Promise<void> {
  let sampler = new Sampler(agent.pid)
  let pid = agent.pid
  while (!over.signal.aborted) {
    await delay(SAMPLE_MS)
    const taken = sampler.take()
    if (taken !== undefined && pid === agent.pid) samples.push(taken)
    if (pid === agent.pid && taken !== undefined) continue
    await delay(WARM_UP_MS)
    pid = agent.pid
    sampler = new Sampler(pid)
  }
}

async function makeFaults(): Promise<number> {
  const all = faults(agent, backend)
  const until = performance.now() + soakMs
  let count = 0
  // A fault needs its time, and what it left behind is to be gone before the end.
  for (; performance.now() + FAULT_EVERY_MS < until; count++) {
    await delay(FAULT_EVERY_MS)
    const fault = all[count % all.length]
    if (fault === undefined) break
    backend.isFaulty = true
    await fault.happen()
    const deadline = performance.now() + LONGEST_CATCH_UP_MS
    while (isBehind(rate / 10) && performance.now() < deadline) await delay(10)
    backend.isFaulty = false
  }
  await delay(Math.max(0, until - performance.now()))
  return count
}

agent.start()
const writing = writer.run(over.signal)
await delay(WARM_UP_MS)
const sampling = sample()
const faultCount = await makeFaults()
over.abort()
const written = await writing
const deadline = performance.now() + LONGEST_CATCH_UP_MS
while (isBehind(0) && performance.now() < deadline) await delay(50)
await sampling
await agent.end('SIGTERM')
backend.stop()

const verdict = backend.ledger.verdict(written)
console.log(
  `${values.minutes} min at ${rate} events/s, ${written.rotations} rotations, ${faultCount} faults; ` +
    `Node.js ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model}\n`,
)
console.log(report(written, verdict, backend, samples))
const missing = verdict.lost.length + verdict.deletedUnread.length + verdict.altered.length
if (missing > 0 || !isSteady(samples)) {
  console.error(`\nnot as it should be: see ${folder}`)
  process.exitCode = 1
} else rmSync(folder, { recursive: true })
