import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Random } from '../../bench/corpus/random.ts'
import { LogWriter } from '../../bench/scenario/log-writer.ts'
import { postgresExporter } from '../../src/exporters/postgres/index.ts'
import type { PostgresOptions } from '../../src/exporters/postgres/options.ts'
import type { Database } from '../../src/postgres/database.ts'
import { embeddedPlace } from '../../src/postgres/embedded/place.ts'
import { openForReading } from '../../src/postgres/open-database.ts'
import { type CliRun, startCli } from '../cli.ts'
import { adminOf, postgresUnavailable, startPostgres } from '../servers/postgres.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'

const EVENTS = 4_000
/** `EMBEDDED_KILLS=200 npx node --test test/crash/postgres.test.ts` kills more often. */
const KILLS = Number(process.env.EMBEDDED_KILLS ?? 30)
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1e6)

/** A folder with a configuration of an agent that writes every event into PostgreSQL. */
async function site(t: TestContext, postgres: object) {
  const folder = await tempDir(t)
  await mkdir(join(folder, 'logs'))
  const configuration = {
    receivers: { auditLog: { pathPrefix: join(folder, 'logs'), batchSize: '64KiB' } },
    exporters: { postgres: { events: 'all', ...postgres } },
    cluster: { name: 'prod' },
    service: { stateDir: join(folder, 'state') },
  }
  await writeFile(join(folder, 'auditship.yaml'), JSON.stringify(configuration))
  const start = (): CliRun =>
    startCli(t, ['run', '--config', join(folder, 'auditship.yaml')], { env: { DATABASE_URL: '' } })
  return { logs: join(folder, 'logs'), stateDir: join(folder, 'state'), start }
}

/** Fails unless every event that was written is there once, and each is itself. */
async function assertAllThere(database: Database, events: number): Promise<void> {
  const [row] = await database.query(
    "SELECT count(*) AS rows, count(DISTINCT audit_id) AS numbers, count(*) FILTER (WHERE event->>'auditID' = audit_id) AS whole FROM audit_events",
  )
  assert.deepEqual(row, { rows: events, numbers: events, whole: events })
}

test('PostgreSQL and the agent are killed under load: every event is there, once', {
  skip: postgresUnavailable() ?? false,
  timeout: 120_000, // as long as 4,000 events are written
}, async t => {
  const server = await startPostgres(t)
  const { logs, start } = await site(t, { url: server.url() })
  const writer = new LogWriter(logs, { rate: 250, rotateMs: [300, 1500], compress: true, seed: 7 })
  const admin = adminOf(server.url())
  t.after(() => admin.close())
  const count = async () => {
    await delay(100) // counting is work for the server that is tested
    const rows = await admin.query<{ n: number }>('SELECT count(*) AS n FROM audit_events').catch(() => [])
    return rows[0]?.n ?? 0
  }
  const reaches = (events: number) =>
    waitUntil(async () => (await count()) >= events, `${events} events are in PostgreSQL`, 60_000)

  let agent = start()
  const writing = writer.run(new AbortController().signal, EVENTS)
  await reaches(500)
  await server.kill()
  await agent.says(/cannot deliver.*cannot reach/, 30_000)
  await server.start()
  await reaches(1_000)
  agent.child.kill('SIGKILL')
  await agent.ended
  agent = start()
  await reaches(1_500)
  await server.stop()
  await waitUntil(() => writer.written.events > 2_500, 'events pile up', 60_000)
  await server.start()
  await writing
  await reaches(EVENTS)
  agent.child.kill('SIGTERM')
  assert.equal(await agent.ended, 0)
  await assertAllThere(admin, EVENTS)
})

// Each agent lives for some seconds, as PostgreSQL recovers at every start.
test(`the agent with an embedded PostgreSQL is killed ${KILLS} times at any moment: every event is there, once`, {
  timeout: 300_000 + KILLS * 20_000,
}, async t => {
  const { logs, stateDir, start } = await site(t, {})
  const random = new Random(seed)
  const ended = new AbortController()
  const writer = new LogWriter(logs, { rate: 20, rotateMs: [2_000, 10_000], compress: true, seed })
  const writing = writer.run(ended.signal)
  const options = postgresExporter.options.parse({})
  let working = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const before = await checkpoint(stateDir)
    const agent = start()
    // Half of them while they start, make the database or recover it, half at full work, on machines fast and slow.
    if (kill % 2 === 1)
      await waitUntil(async () => (await checkpoint(stateDir)) !== before, 'it works', 120_000)
    await delay(random.integer(0, kill % 2 === 1 ? 1_500 : 5_000))
    agent.child.kill('SIGKILL')
    await agent.ended
    if ((await checkpoint(stateDir)) !== before) working++
  }
  t.diagnostic(
    `CRASH_SEED=${seed}, ${writer.written.events} events, ${working} of ${KILLS} had events acknowledged`,
  )
  ended.abort()
  await writing
  const agent = start()
  const { events } = writer.written
  const reading = await whenServed(options, stateDir)
  await untilThere(reading, events)
  await assertAllThere(reading, events)
  await reading.close()
  agent.child.kill('SIGTERM')
  assert.equal(await agent.ended, 0)
  const direct = await openForReading(options, stateDir)
  await assertAllThere(direct, events)
  await direct.close()
})

/** Waits for so many events, as long as some come. Counting takes a turn of the one session: it is done seldom. */
async function untilThere(database: Database, events: number): Promise<void> {
  const count = async () => {
    const rows = await database.query<{ n: number }>('SELECT count(*) AS n FROM audit_events').catch(() => [])
    return rows[0]?.n ?? 0
  }
  for (let there = await count(); there !== events; ) {
    const before = there
    await waitUntil(
      async () => {
        await delay(500)
        there = await count()
        return there > before
      },
      `more than ${before} of ${events} events are in PostgreSQL`,
      60_000,
    )
  }
}

/** What the checkpoints say. */
async function checkpoint(stateDir: string): Promise<string> {
  const folder = join(stateDir, 'checkpoints')
  const names = await readdir(folder).catch(() => [])
  const texts = names.toSorted().map(name => readFile(join(folder, name), 'utf8').catch(() => ''))
  return (await Promise.all(texts)).join()
}

/** By the agent's socket, and not before it is served: opened here it would keep the agent out. */
async function whenServed(options: PostgresOptions, stateDir: string): Promise<Database> {
  const isServed = () =>
    new Promise<boolean>(resolve => {
      const socket = createConnection(embeddedPlace(stateDir).socket, () => resolve(true))
      socket.on('error', () => resolve(false)).on('connect', () => socket.destroy())
    })
  await waitUntil(isServed, 'the agent serves its database', 120_000)
  return openForReading(options, stateDir)
}
