import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { parseEvent } from '../../src/audit/scan.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import type { Database } from '../../src/postgres/database.ts'
import { layEmbedded } from '../postgres/lay-embedded.ts'
import { type PostgresServer, postgresUnavailable, startPostgres } from '../servers/postgres.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'
import { KUBECHRONICLE_QUERIES, KUBECHRONICLE_SCHEMA, kubechronicleEvent } from './kubechronicle.ts'
import { deliver, exporterTo, NEVER, outcomes, setUp } from './postgres-delivery.ts'

const exec = (stage: string, more = '') =>
  parseEvent(
    `{"level":"Metadata","auditID":"a","stage":"${stage}","verb":"get","user":{"username":"user@example.com","groups":["g"]},"requestURI":"/api/v1/namespaces/default/pods/my-pod/exec?command=rm&command=-rf","objectRef":{"resource":"pods","subresource":"exec","namespace":"default","name":"my-pod"},"requestReceivedTimestamp":"2026-01-02T03:04:05.000001Z","stageTimestamp":"2026-01-02T03:04:05.123456Z"${more}}`,
  )
const opened = exec('ResponseStarted', ',"responseStatus":{"code":101}')

suite('the set-up of PostgreSQL', { skip: postgresUnavailable() ?? false }, () => {
  let server: PostgresServer
  before(async () => {
    server = await startPostgres('file')
  })

  test('says what it would do, does it once, and then finds nothing to do', async t => {
    const { url, admin } = await server.newDatabase(t)
    const exporter = exporterTo(t, { url }, { events: 'all' })
    const steps = await setUp(exporter, true)
    const both = (outcome: string) => ({ 'table change_events': outcome, 'table audit_events': outcome })
    assert.deepEqual(outcomes(steps), both('created'))
    assert.deepEqual(await admin.query('SELECT 1 FROM pg_tables WHERE schemaname = $1', ['public']), [])
    assert.deepEqual(outcomes(await setUp(exporter)), both('created'))
    assert.deepEqual(outcomes(await setUp(exporter)), both('unchanged'))
    assert.deepEqual(outcomes(await setUp(exporter, true)), both('unchanged'))
  })

  test('a parameter of the URL that is not obeyed is named, once', async t => {
    const { url } = await server.newDatabase(t)
    const agent = exporterTo(t, { url: `${url}${url.includes('?') ? '&' : '?'}connect_timeout=5` })
    await deliver(agent, [opened])
    await deliver(agent, [opened])
    const warnings = agent.said.filter(line => line.startsWith('warn'))
    assert.deepEqual(warnings, ['warn not obeyed in the URL of PostgreSQL: connect_timeout'])
  })

  test('what a dry run prints does the same by hand', async t => {
    const { url, admin } = await server.newDatabase(t)
    const exporter = exporterTo(t, { url }, { events: 'all' })
    for (const { request = '' } of await setUp(exporter, true)) await admin.query(request)
    assert.deepEqual(outcomes(await setUp(exporter)), {
      'table change_events': 'unchanged',
      'table audit_events': 'unchanged',
    })
    await deliver(exporter, [opened])
  })

  test('makes again what was dropped, whatever was noted', async t => {
    const { url, admin } = await server.newDatabase(t)
    const exporter = exporterTo(t, { url }, { events: 'all' })
    await setUp(exporter)
    for (const loss of ['DROP TABLE change_events', 'ALTER TABLE change_events DROP COLUMN stage']) {
      await admin.query(loss)
      assert.notEqual(outcomes(await setUp(exporter, true))['table change_events'], 'unchanged')
      assert.notEqual(outcomes(await setUp(exporter))['table change_events'], 'unchanged')
      await deliver(exporter, [opened])
      assert.equal(outcomes(await setUp(exporter))['table change_events'], 'unchanged')
    }
  })

  test('many agents may start at once', async t => {
    const { url, admin } = await server.newDatabase(t)
    const agents = Array.from({ length: 8 }, () => exporterTo(t, { url }, { events: 'all', poolSize: 2 }))
    await Promise.all(agents.map(agent => deliver(agent, [opened])))
    assert.deepEqual(await admin.query('SELECT count(*) AS n FROM change_events'), [{ n: 1 }])
    assert.deepEqual(await admin.query('SELECT count(*) AS n FROM audit_events_20260102'), [{ n: 1 }])
  })

  test("kubechronicle's table is extended, what it holds is kept, and its queries find both", async t => {
    const { url, admin } = await server.newDatabase(t)
    await admin.query(KUBECHRONICLE_SCHEMA)
    const theirs = await kubechronicleEvent(admin)
    const before = await columns(admin)
    const exporter = exporterTo(t, { url })
    assert.deepEqual(outcomes(await setUp(exporter)), { 'table change_events': 'updated' })
    await deliver(exporter, [opened, exec('RequestReceived')])
    const after = await columns(admin)
    for (const [name, type] of before) assert.equal(after.get(name), type, name)
    for (const [title, sql] of Object.entries(KUBECHRONICLE_QUERIES)) {
      const found = await admin.query(sql)
      assert.equal(found.length, 2, title)
      assert.equal(found[0]?.audit_id, 'a', `${title}: the newest comes first`)
      assert.equal(found[1]?.id, theirs)
    }
    // kubechronicle goes on writing, and it starts again, which runs its own set-up.
    await admin.query(KUBECHRONICLE_SCHEMA)
    await kubechronicleEvent(admin, 'another')
    assert.equal((await admin.query(KUBECHRONICLE_QUERIES.all)).length, 3)
  })

  test('a new table has the columns and indexes of kubechronicle’s', async t => {
    const [own, other] = [await server.newDatabase(t), await server.newDatabase(t)]
    await setUp(exporterTo(t, { url: own.url }))
    await other.admin.query(KUBECHRONICLE_SCHEMA)
    const made = await columns(own.admin)
    for (const [name, type] of await columns(other.admin)) assert.equal(made.get(name), type, name)
    const indexes = (database: Database) =>
      database.query("SELECT indexdef FROM pg_indexes WHERE tablename = 'change_events' ORDER BY 1")
    assert.deepEqual(await indexes(own.admin), await indexes(other.admin))
  })

  suite('rights', () => {
    test('a user who may only write needs no others, once the tables are there', async t => {
      const { url, name, admin } = await server.newDatabase(t)
      await setUp(exporterTo(t, { url }))
      await admin.query(`CREATE ROLE writer_${name} LOGIN`)
      // These are the rights that docs/postgresql.md names.
      await admin.query(`GRANT SELECT, INSERT, UPDATE ON change_events TO writer_${name}`)
      const { said, ...exporter } = exporterTo(t, { url: server.url(name, `writer_${name}`) })
      await deliver({ said, ...exporter }, [exec('RequestReceived')])
      await deliver({ said, ...exporter }, [opened])
      assert.deepEqual(said, [])
      const [row] = await admin.query('SELECT stage, allowed FROM change_events')
      assert.deepEqual(row, { stage: 'ResponseStarted', allowed: true })
    })

    test('a user who may make tables in the schema needs no administrator, nor for partitions', async t => {
      const { name, admin } = await server.newDatabase(t)
      await admin.query(
        `CREATE ROLE maker_${name} LOGIN; GRANT USAGE, CREATE ON SCHEMA public TO maker_${name}`,
      )
      const url = server.url(name, `maker_${name}`)
      await deliver(exporterTo(t, { url }, { events: 'all' }), [opened])
      const maker = exporterTo(t, { url }, { events: 'all', retentionDays: 1 })
      await deliver(maker, [opened])
      assert.deepEqual(await admin.query('SELECT count(*) AS n FROM change_events'), [{ n: 1 }])
      assert.match(maker.said.join(), /dropped audit_events_20260102/)
    })

    test('without them it waits, says which set-up is missing, and goes on when they come', async t => {
      const { url, name, admin } = await server.newDatabase(t)
      await admin.query(`CREATE ROLE nobody_${name} LOGIN`)
      const user = server.url(name, `nobody_${name}`)
      const { exporter, said } = exporterTo(t, { url: user })
      const steps = await setUp({ exporter, said })
      assert.deepEqual(outcomes(steps), { 'table change_events': 'forbidden' })
      assert.match(steps[0]?.why ?? '', /permission denied for schema public/)
      const delivery = () => exporter.export(batchOf([opened]), NEVER)
      await assert.rejects(delivery, {
        name: 'RetryableError',
        needsOperator: true,
        message: /42P01.*setup postgres/,
      })
      assert.match(said.join('\n'), /^warn no right to make table change_events.*auditship setup postgres/)
      await setUp(exporterTo(t, { url }))
      await assert.rejects(delivery, {
        name: 'RetryableError',
        needsOperator: true,
        message: /42501.*lacks a right/,
      })
      await admin.query(`GRANT SELECT, INSERT, UPDATE ON change_events TO nobody_${name}`)
      assert.deepEqual(await delivery(), { deferred: [], rejected: [] })
    })
  })

  suite('partitions', () => {
    const at = (time: string) =>
      parseEvent(
        `{"level":"Metadata","auditID":"${time}","stage":"ResponseComplete","stageTimestamp":"${time}"}`,
      )
    const partitions = async (database: Database) => {
      const rows = await database.query<{ name: string }>(
        "SELECT relname AS name FROM pg_class WHERE relname LIKE 'audit_events_2%' AND relkind = 'r' ORDER BY 1",
      )
      return rows.map(({ name }) => name)
    }

    test('each UTC day has one', async t => {
      const { url, admin } = await server.newDatabase(t)
      const times = [
        '2026-01-01T23:59:59.999999Z',
        '2026-01-02T00:00:00.000000Z',
        '2026-01-03T01:00:00+02:00',
      ]
      await deliver(exporterTo(t, { url }, { events: 'all' }), times.map(at))
      assert.deepEqual(await partitions(admin), ['audit_events_20260101', 'audit_events_20260102'])
    })

    test('those past the retention are dropped whole, and made again when old events come', async t => {
      const { url, admin } = await server.newDatabase(t)
      const now = new Date().toISOString()
      const old = ['2020-01-01T00:00:00Z', new Date(Date.now() - 4 * 86_400_000).toISOString()]
      await deliver(exporterTo(t, { url }, { events: 'all' }), [...old, now].map(at))
      const { exporter, said } = exporterTo(t, { url }, { events: 'all', retentionDays: 3 })
      await deliver({ exporter, said }, [at(now), at('')])
      assert.deepEqual(await partitions(admin), [`audit_events_${now.slice(0, 10).replaceAll('-', '')}`])
      assert.equal(said.filter(line => /^info dropped audit_events_/.test(line)).length, 2)
      assert.deepEqual(await admin.query('SELECT timestamp::text AS t FROM audit_events_undated'), [
        { t: '-infinity' },
      ])
      await deliver({ exporter, said }, [at('2020-01-01T00:00:00Z')])
    })

    test('one that was detached is named, and nothing is lost: an operator has to say what shall be', async t => {
      const { url, admin } = await server.newDatabase(t)
      const exporter = exporterTo(t, { url }, { events: 'all' })
      await deliver(exporter, [at('2026-01-01T00:00:00Z')])
      await admin.query('ALTER TABLE audit_events DETACH PARTITION audit_events_20260101')
      const again = () =>
        exporterTo(t, { url }, { events: 'all' }).exporter.export(
          batchOf([at('2026-01-01T00:00:01Z')]),
          NEVER,
        )
      await assert.rejects(again(), {
        name: 'RetryableError',
        needsOperator: true,
        message: /audit_events_20260101 is no partition of audit_events.*attach it, rename it or drop it/,
      })
      await admin.query('ALTER TABLE audit_events_20260101 RENAME TO archive')
      assert.deepEqual((await again()).rejected, [])
    })

    test('one that another agent drops is made again', async t => {
      const { url, admin } = await server.newDatabase(t)
      const { exporter, said } = exporterTo(t, { url }, { events: 'all' })
      await deliver({ exporter, said }, [at('2026-01-01T00:00:00Z')])
      await admin.query('DROP TABLE audit_events_20260101')
      await waitUntil(async () => {
        const result = await exporter.export(batchOf([at('2026-01-01T00:00:01Z')]), NEVER).catch(error => {
          assert.equal(error.name, 'RetryableError')
        })
        return result?.rejected.length === 0
      }, 'the event is delivered')
    })
  })
})

async function columns(database: Database): Promise<Map<string, string>> {
  const rows = await database.query<{ name: string; type: string }>(
    "SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 'change_events'::regclass AND attnum > 0",
  )
  return new Map(rows.map(({ name, type }) => [name, type]))
}

suite('a dry run of the set-up of the embedded PostgreSQL', () => {
  test('makes nothing where there is none, and prints what would be made', async t => {
    const stateDir = join(await tempDir(t), 'state')
    const steps = await setUp(exporterTo(t, { stateDir }, { events: 'all' }), true)
    assert.deepEqual(outcomes(steps), { 'table change_events': 'created', 'table audit_events': 'created' })
    for (const { request } of steps) assert.match(request ?? '', /CREATE TABLE/)
    assert.equal(existsSync(stateDir), false)
  })

  test('looks into the one that an agent has open', async t => {
    const stateDir = await tempDir(t)
    await layEmbedded(stateDir)
    await deliver(exporterTo(t, { stateDir }), [opened])
    const steps = await setUp(exporterTo(t, { stateDir }, { events: 'all' }), true)
    assert.deepEqual(outcomes(steps), { 'table change_events': 'unchanged', 'table audit_events': 'created' })
  })
})
