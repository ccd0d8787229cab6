import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, suite, type TestContext, test } from 'node:test'
import * as z from 'zod'
import { parseEvent } from '../../src/audit/scan.ts'
import { connectionOptions } from '../../src/postgres/connection-options.ts'
import type { Database } from '../../src/postgres/database.ts'
import { openForReading } from '../../src/postgres/open-database.ts'
import { all } from '../../src/query/condition.ts'
import { rowsFrom } from '../../src/query/database/rows-from.ts'
import { type FilterOptions, filterCondition } from '../../src/query/filters.ts'
import { QUESTIONS } from '../../src/query/questions.ts'
import type { Row } from '../../src/query/row.ts'
import { runCli } from '../cli.ts'
import { deliver, exporterTo, setUp } from '../exporters/postgres-delivery.ts'
import { sampleEvents, samplePath } from '../samples.ts'
import { type PostgresServer, postgresUnavailable, startPostgres } from '../servers/postgres.ts'
import { tempDir } from '../temp-dir.ts'
import { answer, NOW, questionOf, sorted } from './answers.ts'

const NAME = 'apiserver-v1.36.3-session.jsonl'
const LOG = samplePath(NAME)
const ARGUMENTS: Readonly<Record<string, string>> = { user: 'alice', namespace: 'payments' }

const FILTERS: readonly (readonly [question: string, filters: FilterOptions])[] = [
  ['exec', { since: '2026-11-21T08:45:10Z', until: '2026-11-21T08:45:40Z' }],
  ['exec', { user: ['bob'], code: ['101'] }],
  ['exec', { namespace: ['pay*'], name: ['ledger-db'] }],
  ['exec', { name: ['worker-1'] }],
  ['exec', { sourceIp: ['203.0.113.0/24'] }],
  ['requests', { since: '2026-11-21T08:45:10.5Z', until: '2026-11-21T08:45:20Z' }],
  ['requests', { user: ['system:serviceaccount:*'], verb: ['create'] }],
  ['requests', { name: ['ledger-db'], namespace: ['payments'] }],
  ['requests', { sourceIp: ['2001:db8::/32'], code: ['4xx'] }],
  ['requests', { user: ['%'], namespace: ['p_yments'] }],
]

const connection = (options: object) => z.strictObject(connectionOptions()).parse(options)

/** A database with all events of the sample log, as the exporter writes them in two batches. */
async function fill(t: TestContext, where: { url: string } | { stateDir: string }): Promise<void> {
  const target = exporterTo(t, where, { events: 'all' })
  await target.exporter.start?.()
  const events = sampleEvents(NAME)
  await deliver(target, events.slice(0, 300))
  await deliver(target, events.slice(300))
  await target.exporter.stop?.()
}

/** What the command line answers. */
async function rowsOf(t: TestContext, args: readonly string[]): Promise<Row[]> {
  const { stdout, stderr, code } = await runCli(t, ['query', ...args, '-o', 'json'], {
    env: { DATABASE_URL: '' },
  })
  assert.deepEqual([stderr, code], ['', 0])
  return JSON.parse(stdout) as Row[]
}

type Asked = readonly [name: string, argument?: string | undefined, filters?: FilterOptions]

/** Asks the log and a database that was filled from it. */
async function agree(database: Database, [name, argument, filters]: Asked): Promise<void> {
  const question = questionOf(name)
  const condition = all(question.condition(argument ?? ''), filterCondition(filters ?? {}, NOW))
  const fromLog = await answer(name, [LOG], argument, filters)
  const fromDatabase = await rowsFrom(database, question, condition)
  assert.deepEqual(sorted(fromDatabase), sorted(fromLog.rows))
}

const titleOf = ([name, argument, filters]: Asked) =>
  [name, argument, filters && JSON.stringify(filters)].filter(Boolean).join(' ')

const ASKED: readonly Asked[] = [
  ...QUESTIONS.map(({ name }): Asked => (ARGUMENTS[name] === undefined ? [name] : [name, ARGUMENTS[name]])),
  ...FILTERS.map(([name, filters]): Asked => [name, undefined, filters]),
]

suite('answers from an embedded database', () => {
  test('are those from the log that it was filled from', async t => {
    const stateDir = await tempDir(t)
    await fill(t, { stateDir })
    const database = await openForReading(connection({}), stateDir)
    t.after(() => database.close())
    for (const asked of ASKED) await t.test(titleOf(asked), () => agree(database, asked))
  })

  test('are found where npm start leaves them; without any, it says where to look', async t => {
    const cwd = await tempDir(t)
    const asked = (...args: string[]) => runCli(t, ['query', ...args], { cwd, env: { DATABASE_URL: '' } })
    const none = await asked('exec')
    assert.match(none.stderr, /where to look\? Expected --file LOG, --provider k3s, --url/)
    assert.equal(none.code, 2)

    const target = exporterTo(t, { stateDir: join(cwd, '.auditship') })
    await target.exporter.start?.()
    await deliver(target, sampleEvents(NAME))
    // While the agent has it open, and after.
    assert.match((await asked('exec', '--user', 'eve')).stdout, /eve .*403 denied/)
    await target.exporter.stop?.()
    assert.match((await asked('exec', '--user', 'eve')).stdout, /eve .*403 denied/)

    const noEvents = await asked('secrets')
    assert.match(
      noEvents.stderr,
      /no table audit_events, which secrets needs: .*`events: all`.* --file or --provider/,
    )
    assert.equal(noEvents.code, 1)
    const noVerb = await asked('exec', '--verb', 'get')
    assert.match(noVerb.stderr, /--verb: change_events does not keep it; name the log/)
    assert.equal(noVerb.code, 2)
    const following = await asked('exec', '--follow')
    assert.match(
      following.stderr,
      /--follow: shows what is written to a log; name one by --file or --provider/,
    )
    assert.equal(following.code, 2)
  })
})

suite('answers from a PostgreSQL server', { skip: postgresUnavailable() ?? false }, () => {
  let server: PostgresServer
  before(async () => {
    server = await startPostgres('file')
  })

  test('are those from the log that it was filled from', async t => {
    const { url } = await server.newDatabase(t)
    await fill(t, { url })
    const database = await openForReading(connection({ url }), '')
    t.after(() => database.close())
    for (const asked of ASKED) await t.test(titleOf(asked), () => agree(database, asked))
    assert.deepEqual(
      sorted(await rowsOf(t, ['secrets', '--url', url])),
      sorted((await answer('secrets', [LOG])).rows),
    )
  })

  test('are the same when the configuration leaves attributes out', async t => {
    const { url } = await server.newDatabase(t)
    const target = exporterTo(t, { url }, { events: 'all' }, { attributes: [] })
    await target.exporter.start?.()
    await deliver(target, sampleEvents(NAME))
    const database = await openForReading(connection({ url }), '')
    t.after(() => database.close())
    for (const asked of ASKED.filter(([name]) => !name.startsWith('exec')))
      await t.test(titleOf(asked), () => agree(database, asked))
  })

  test('a line that PostgreSQL does not take as JSON is found, too', async t => {
    const { url } = await server.newDatabase(t)
    const target = exporterTo(t, { url }, { events: 'all' })
    await target.exporter.start?.()
    const secret =
      '{"level":"Metadata","auditID":"nul","stage":"ResponseComplete","verb":"get","user":{"username":"a\\u0000b"},"objectRef":{"resource":"secrets","name":"x"},"stageTimestamp":"2026-11-21T08:00:00Z"}'
    await deliver(target, [parseEvent(secret)])
    const rows = await rowsOf(t, ['secrets', '--url', url])
    assert.deepEqual(
      rows.map(({ user }) => user),
      ['a\u0000b'],
    )
  })

  test('rows that kubechronicle wrote are shown', async t => {
    const { url, admin } = await server.newDatabase(t)
    await setUp(exporterTo(t, { url }))
    await admin.query(`INSERT INTO change_events (id, timestamp, operation, resource_kind, namespace, name, actor, source, exec_metadata)
      VALUES ('k', '2026-01-02T03:04:05Z', 'EXEC', 'Pod', 'default', 'web', '{"username":"carol","groups":[],"source_ip":"10.1.1.1"}',
      '{"tool":"kubectl"}', '{"command":["sh"],"container":"c","stdin":true,"tty":true,"target_type":"pod"}')`)
    const [row] = await rowsOf(t, ['exec', '--url', url])
    assert.deepEqual([row?.user, row?.name, row?.command, row?.allowed], ['carol', 'web', ['sh'], true])
  })

  test('a server that cannot be reached is a failure with its reason', async t => {
    const { code, stderr } = await runCli(t, ['query', 'exec', '--url', 'postgres://nobody@127.0.0.1:1/none'])
    assert.match(stderr, /^auditship: .*127\.0\.0\.1:1/)
    assert.equal(code, 1)
  })
})
