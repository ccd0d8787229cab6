import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, type TestContext, test } from 'node:test'
import { startSink } from '../../bench/run/sink-process.ts'
import { buildCli } from '../built-cli.ts'
import { type CliOptions, startCli } from '../cli.ts'
import { cpuSeconds, peakMemory } from '../process-usage.ts'
import { freePort } from '../servers/free-port.ts'
import { waitUntil } from '../wait-until.ts'
import { type Backlog, writeBacklog } from './backlog.ts'

const FILES = 100
const MEMORY_LIMIT = 120e6
const CPU_LIMIT = 0.02

let root: string
let built: CliOptions
let backlog: Backlog

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'auditship-backlog-'))
  built = await buildCli(root)
  backlog = writeBacklog(join(root, 'logs'), FILES)
})
after(() => rm(root, { recursive: true, force: true }))

/** An agent with defaults, but for these options of its exporter, on the whole backlog. */
async function startAgent(t: TestContext, port: number, otlp: object = {}, processors: object = {}) {
  const folder = await mkdtemp(join(root, 'agent-'))
  const configuration = {
    receivers: { auditLog: { pathPrefix: backlog.folder, filename: 'audit.log' } },
    processors,
    exporters: { otlp: { endpoint: `http://127.0.0.1:${port}`, ...otlp } },
    service: { stateDir: join(folder, 'state'), shutdownTimeout: '1s' },
  }
  const config = join(folder, 'auditship.yaml')
  await writeFile(config, JSON.stringify(configuration)) // every JSON document is YAML
  return startCli(t, ['run', '--config', config], built)
}

/** A backend that answers as told and keeps the times at which requests came, in seconds since the first. */
async function startDead(t: TestContext, answer: (response: ServerResponse) => void) {
  const times: number[] = []
  let first = 0
  const server = createServer((request: IncomingMessage, response) => {
    first ||= performance.now()
    times.push((performance.now() - first) / 1000)
    request.resume().on('end', () => answer(response))
  })
  const port = await freePort()
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  t.after(stop)
  return {
    port,
    stop,
    between: (from: number, to: number) => times.filter(at => at >= from && at < to).length,
  }
}

const seconds = (amount: number) => {
  const end = performance.now() + amount * 1000
  return waitUntil(() => performance.now() >= end, `${amount} s pass`, amount * 2000)
}

/** When the agent says that it began not to deliver. */
function since(output: string, why: RegExp): number {
  const [, time = '', reason = ''] =
    /cannot deliver since (\S+), will go on trying; nothing is lost: ([^"]+)"/.exec(output) ?? []
  assert.match(reason, why)
  return Date.parse(time)
}

const unavailable = (response: ServerResponse) => void response.writeHead(503).end()

// The backlog takes ten seconds to write, and idleness shows only after some attempts have failed.
suite(`with a backlog of 2 GB and a backend that is dead`, { concurrency: true }, () => {
  const rows: [
    how: string,
    why: RegExp,
    answer: ((response: ServerResponse) => void) | undefined,
    otlp: object,
  ][] = [
    ['that refuses connections', /ECONNREFUSED/, undefined, {}],
    ['that answers 503', /answered 503/, unavailable, {}],
    ['that never answers', /within 1000 ms \(timeout\)/, () => {}, { timeout: '1s' }],
  ]
  for (const [how, why, answer, otlp] of rows) {
    test(`${how}, the agent takes less than 120 MB, idles, asks less and less often and says since when and why`, async t => {
      const dead = answer && (await startDead(t, answer))
      const begin = Date.now()
      const agent = await startAgent(t, dead?.port ?? (await freePort()), otlp)
      const { pid } = agent.child
      await agent.says(/cannot deliver/)
      const failedAt = since(agent.stderr(), why)
      assert.ok(failedAt >= begin && failedAt <= Date.now())
      await seconds(12)
      const before = cpuSeconds(pid)
      await seconds(6)
      const cpu = (cpuSeconds(pid) - before) / 6
      const peak = peakMemory(pid)
      t.diagnostic(`${(peak / 1e6).toFixed(0)} MB at most, ${(cpu * 100).toFixed(1)} % of a core`)
      assert.ok(cpu < CPU_LIMIT, `${cpu * 100} % of a core`)
      assert.ok(peak < MEMORY_LIMIT, `${peak} bytes`)
      agent.child.kill('SIGTERM')
      assert.equal(await agent.ended, 0)
      assert.match(agent.stderr(), /"delivered":0,/)
      const attempts = Number(/"retries":(\d+)/.exec(agent.stderr())?.[1])
      // Two batches, each after at most 0.25, 0.5, 1, 2, 4 … seconds, on average half of that: 15 attempts in 18 s.
      assert.ok(attempts >= 6 && attempts <= 40, `${attempts} attempts`)
      if (dead === undefined) return
      const perPart = [dead.between(0, 6), dead.between(6, 12), dead.between(12, 18)]
      t.diagnostic(`attempts in three times six seconds: ${perPart.join(', ')}`)
      assert.ok((perPart[0] ?? 0) > 1.5 * (perPart[2] ?? 0), `attempts: ${perPart.join()}`)
    })
  }
})

// A minute on a busy machine: 2 GB go through. Uncompressed, as gzip takes two thirds of the time and is the benchmark's to measure;
// and as written, so that bytes can be counted.
test('when the backend returns, all of the backlog arrives, once', { timeout: 300_000 }, async t => {
  const dead = await startDead(t, unavailable)
  const agent = await startAgent(t, dead.port, { compression: 'none' }, { redact: false })
  await waitUntil(() => dead.between(0, 60) >= 10, 'ten attempts have failed')
  dead.stop()
  const sink = await startSink(dead.port)
  t.after(() => sink.stop())
  const begin = performance.now()
  await waitUntil(async () => (await sink.stats()).events >= backlog.events, 'all has arrived', 240_000)
  const time = (performance.now() - begin) / 1000
  const peak = peakMemory(agent.child.pid)
  t.diagnostic(`${(backlog.bytes / 1e6 / time).toFixed(0)} MB/s, ${(peak / 1e6).toFixed(0)} MB at most`)
  agent.child.kill('SIGTERM')
  assert.equal(await agent.ended, 0)
  assert.match(agent.stderr(), /delivers again after \d+ s/)
  const { events, eventBytes } = await sink.stats()
  assert.deepEqual({ events, eventBytes }, { events: backlog.events, eventBytes: backlog.bytes })
  // Full speed takes more than the 120 MB of a dead backend: garbage between two collections.
  assert.ok(peak < 160e6, `${peak} bytes`)
})
