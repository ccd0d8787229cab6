import assert from 'node:assert/strict'
import fs from 'node:fs'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { Client } from 'pg'
import { silentLog } from '../../src/pipeline/log.ts'
import type { Database } from '../../src/postgres/database.ts'
import { openEmbeddedForReading, openOwnEmbedded } from '../../src/postgres/embedded/open-embedded.ts'
import { openPglite } from '../../src/postgres/embedded/pglite.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'
import { layEmbedded } from './lay-embedded.ts'

const TIMEOUT_MS = 20_000
const READER_TIMEOUT_MS = 1_000

/** An agent's database with a table of three rows, served to readers. */
async function serving(t: TestContext, stateDir?: string): Promise<{ stateDir: string; own: Database }> {
  const dir = stateDir ?? (await tempDir(t))
  await layEmbedded(dir)
  const own = await openOwnEmbedded(dir, TIMEOUT_MS, silentLog, READER_TIMEOUT_MS)
  t.after(() => own.close())
  await own.query('CREATE TABLE t AS SELECT generate_series(1, 3) AS a')
  return { stateDir: dir, own }
}

async function readerOf(t: TestContext, stateDir: string): Promise<Database> {
  const reader = await openEmbeddedForReading(stateDir, TIMEOUT_MS)
  t.after(() => reader.close())
  return reader
}

/** A client as any program has one. */
async function clientOf(t: TestContext, stateDir: string): Promise<Client> {
  const client = new Client({
    host: join(stateDir, 'postgres'),
    port: 5432,
    user: 'any',
    database: 'any',
    ssl: false,
  })
  client.on('error', () => {})
  await client.connect()
  t.after(() => client.end())
  return client
}

const count = (database: Pick<Database, 'query'>) => database.query('SELECT count(*) AS n FROM t')

suite('the embedded PostgreSQL', () => {
  test('each commit is synced to the disk', async t => {
    const dir = await tempDir(t)
    await layEmbedded(dir)
    const pglite = await openPglite(join(dir, 'postgres/data'))
    const sync = t.mock.method(fs, 'fsyncSync')
    syncBuiltinESMExports()
    await pglite.exec('CREATE TABLE t (a int)')
    for (let i = 0; i < 5; i++) {
      const before = sync.mock.callCount()
      await pglite.exec('INSERT INTO t VALUES (1)')
      assert.ok(sync.mock.callCount() > before)
    }
    sync.mock.restore()
    syncBuiltinESMExports()
    await pglite.close()
  })

  // It writes 150 MB.
  test('its log does not grow for ever', async t => {
    const { stateDir, own } = await serving(t)
    await own.query('CREATE TABLE wide (a text)')
    // 150 MB.
    for (let i = 0; i < 150; i++)
      await own.query('INSERT INTO wide SELECT $1 || i FROM generate_series(1, 40) i', [randomText(25_000)])
    const folder = join(stateDir, 'postgres/data/pg_wal')
    const segments = await readdir(folder)
    assert.ok(segments.length < 100, `${segments.length} segments of 1 MB`)
  })

  test('a statement that takes too long is stopped, and the next one is taken', async t => {
    const dir = await tempDir(t)
    await layEmbedded(dir)
    const own = await openOwnEmbedded(dir, 1_000, silentLog)
    t.after(() => own.close())
    await own.query('CREATE TABLE t (a int)')
    await assert.rejects(own.query('SELECT count(*) FROM generate_series(1, 1e12)'), {
      name: 'RetryableError',
    })
    await waitUntil(async () => {
      const rows = await count(own).catch(() => [])
      return rows.length === 1
    }, 'it takes statements again')
  })

  suite('readers', () => {
    test('find folder and socket closed to other users', async t => {
      const { stateDir } = await serving(t)
      assert.equal((await stat(join(stateDir, 'postgres'))).mode & 0o777, 0o700)
      assert.equal((await stat(join(stateDir, 'postgres/.s.PGSQL.5432'))).mode & 0o777, 0o600)
    })

    test('see what is committed, by the socket while an agent serves it, else by themselves', async t => {
      const { stateDir, own } = await serving(t)
      const reader = await readerOf(t, stateDir)
      assert.match(reader.place, /\.s\.PGSQL\.5432$/)
      assert.deepEqual(await count(reader), [{ n: 3 }])
      await own.close()
      await assert.rejects(count(reader), { name: 'RetryableError' })
      const direct = await readerOf(t, stateDir)
      assert.doesNotMatch(direct.place, /\.s\.PGSQL/)
      assert.deepEqual(await count(direct), [{ n: 3 }])
    })

    test('change nothing, whatever they try', async t => {
      const { stateDir, own } = await serving(t)
      const client = await clientOf(t, stateDir)
      for (const sql of ['DELETE FROM t', 'DROP TABLE t', 'CREATE TABLE u (a int)', "SELECT nextval('s')"])
        await assert.rejects(client.query(sql))
      await client.query('BEGIN')
      await client.query('SET search_path = nowhere')
      await client.query('COMMIT; SET search_path = nowhere; PREPARE p AS SELECT 1; LISTEN x')
      await client.query('SELECT pg_advisory_lock(1)')
      assert.deepEqual(await count(own), [{ n: 3 }])
      const [state] = await own.query(
        "SELECT current_setting('search_path') AS path, (SELECT count(*) FROM pg_prepared_statements) AS prepared, (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory') AS locks",
      )
      assert.deepEqual(state, { path: 'public', prepared: 0, locks: 0 })
    })

    test('never come into a transaction of the agent, and see nothing of it before its end', async t => {
      const { stateDir, own } = await serving(t)
      const client = await clientOf(t, stateDir)
      let seen: Promise<unknown> | undefined
      await own.transaction(async session => {
        await session.query('INSERT INTO t VALUES (4)')
        seen = client.query('SELECT count(*)::int AS n FROM t').then(({ rows }) => rows)
        for (let a = 5; a < 20; a++) await session.query('INSERT INTO t VALUES ($1)', [a])
      })
      assert.deepEqual(await seen, [{ n: 19 }])
      await assert.rejects(
        own.transaction(async session => {
          await session.query('DELETE FROM t')
          throw new Error('no')
        }),
        /no/,
      )
      assert.deepEqual(await count(own), [{ n: 19 }])
    })

    test('that ask for too much are sent away, and deliveries go on', async t => {
      const { stateDir, own } = await serving(t)
      const client = await clientOf(t, stateDir)
      const asked = client.query('SELECT count(*) FROM generate_series(1, 1e12)')
      const written = own.query('INSERT INTO t VALUES (4)')
      await assert.rejects(asked, /was stopped: no answer within 1000 ms/)
      await written
      assert.deepEqual(await count(own), [{ n: 4 }])
      assert.deepEqual(await count(await readerOf(t, stateDir)), [{ n: 4 }])
    })

    test('many at a time are served one after the other', async t => {
      const { stateDir, own } = await serving(t)
      const clients = await Promise.all(Array.from({ length: 8 }, () => clientOf(t, stateDir)))
      const answers = clients.map(client => client.query('SELECT $1::int + count(*)::int AS n FROM t', [10]))
      await own.query('SELECT 1')
      for (const { rows } of await Promise.all(answers)) assert.deepEqual(rows, [{ n: 13 }])
    })

    test('who talk nonsense are sent away', async t => {
      const { stateDir, own } = await serving(t)
      const { createConnection } = await import('node:net')
      const socket = createConnection(join(stateDir, 'postgres/.s.PGSQL.5432'))
      const closed = new Promise(resolve => socket.on('close', resolve))
      socket.on('error', () => {})
      socket.resume()
      socket.write('GET / HTTP/1.1\r\n\r\n')
      await closed
      assert.deepEqual(await count(own), [{ n: 3 }])
    })

    test('who have it open themselves make the agent wait, no longer', async t => {
      const { stateDir, own } = await serving(t)
      await own.close()
      const reader = await readerOf(t, stateDir)
      await count(reader)
      const open = () => openOwnEmbedded(stateDir, TIMEOUT_MS, silentLog)
      await assert.rejects(open, { name: 'RetryableError', message: /is open in another process/ })
      await reader.close()
      const again = await open()
      assert.deepEqual(await count(again), [{ n: 3 }])
      await again.close()
    })

    test('are told what is missing where there is no database', async t => {
      await assert.rejects(
        openEmbeddedForReading(await tempDir(t), TIMEOUT_MS),
        /no embedded PostgreSQL in .*service\.stateDir/,
      )
    })
  })

  test('a path too long for a socket keeps readers out, not events', async t => {
    const stateDir = join(await tempDir(t), 'x'.repeat(100))
    await mkdir(stateDir)
    const said: string[] = []
    await layEmbedded(stateDir)
    const own = await openOwnEmbedded(stateDir, TIMEOUT_MS, {
      ...silentLog,
      warn: text => void said.push(text),
    })
    t.after(() => own.close())
    assert.deepEqual(await own.query('SELECT 1 AS a'), [{ a: 1 }])
    assert.match(said.join(), /cannot serve .*nobody can query it while the agent runs/)
  })
})

function randomText(length: number): string {
  return Array.from({ length }, () => Math.random().toString(36).slice(2, 3)).join('')
}
