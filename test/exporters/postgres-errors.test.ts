import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, suite, type TestContext, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import type { RetryableError } from '../../src/pipeline/errors.ts'
import { describe } from '../../src/pipeline/health.ts'
import { makeCertificates } from '../servers/certificates.ts'
import {
  adminOf,
  type PostgresServer,
  postgresUnavailable,
  startPostgres,
  type TestDatabase,
} from '../servers/postgres.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'
import { exporterTo, NEVER, setUp, type TestExporter } from './postgres-delivery.ts'

let number = 0
/** A new exec, with these members besides. */
const exec = (members: object = {}) =>
  parseEvent(
    JSON.stringify({
      ...{ level: 'Metadata', auditID: `a${++number}`, stage: 'ResponseStarted', verb: 'get' },
      requestURI: '/api/v1/namespaces/n/pods/p/exec?command=sh',
      objectRef: { resource: 'pods', subresource: 'exec', namespace: 'n', name: 'p' },
      stageTimestamp: '2026-01-02T03:04:05.123456Z',
      ...members,
    }),
  )

/** The failure of an attempt, which must be one that is made again. */
async function failureOf({ exporter }: TestExporter, events = [exec()]): Promise<RetryableError> {
  const outcome = await exporter.export(batchOf(events), NEVER).catch((error: unknown) => error)
  assert.ok(outcome instanceof Error && outcome.name === 'RetryableError', `found ${String(outcome)}`)
  return outcome as RetryableError
}

async function delivered(
  { exporter }: TestExporter,
  events: readonly AuditEvent[] = [exec()],
): Promise<void> {
  assert.deepEqual(await exporter.export(batchOf(events), NEVER), { deferred: [], rejected: [] })
}

suite('what PostgreSQL answers when it cannot take events', { skip: postgresUnavailable() ?? false }, () => {
  let server: PostgresServer
  before(async () => {
    server = await startPostgres('file', { max_connections: '12', superuser_reserved_connections: '3' })
  })
  const opened = async (t: TestContext, options: object = {}) => {
    const database = await server.newDatabase(t)
    const exporter = exporterTo(t, database, options)
    await delivered(exporter)
    return { database, exporter }
  }

  /** Faults that pass or that an operator repairs: the attempt fails, and one after the repair succeeds. */
  const REPAIRABLE: readonly {
    readonly title: string
    readonly says: RegExp
    readonly needsOperator: boolean
    readonly breaks: (database: TestDatabase) => Promise<unknown>
    readonly repairs: (database: TestDatabase) => Promise<unknown>
    readonly options?: object
  }[] = [
    {
      title: 'a statement that takes too long',
      says: /57014 \(statementTimeout\): canceling statement due to statement timeout/,
      needsOperator: false,
      options: { statementTimeout: '200ms' },
      breaks: ({ admin }) =>
        admin.query(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NEW; END $$;
          CREATE TRIGGER slow BEFORE INSERT ON change_events FOR EACH ROW EXECUTE FUNCTION slow()`),
      repairs: ({ admin }) => admin.query('DROP TRIGGER slow ON change_events'),
    },
    {
      title: 'a serialization failure',
      says: /40001: could not serialize access/,
      needsOperator: false,
      breaks: ({ admin }) =>
        admin.query(`CREATE FUNCTION clash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001'; END $$;
          CREATE TRIGGER clash BEFORE INSERT ON change_events FOR EACH ROW EXECUTE FUNCTION clash()`),
      repairs: ({ admin }) => admin.query('DROP TRIGGER clash ON change_events'),
    },
    {
      title: 'a table that is gone is made again',
      says: /42P01 .*relation "change_events" does not exist/,
      needsOperator: true,
      breaks: ({ admin }) => admin.query('DROP TABLE change_events; DROP TABLE auditship_migrations'),
      repairs: async () => {},
    },
    {
      title: 'a database that is read-only, as after a failover',
      says: /25006 \(the server is read-only.*cannot execute INSERT in a read-only transaction/,
      needsOperator: false,
      breaks: ({ admin, name }) =>
        admin
          .query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
          .then(() => endConnections(admin)),
      repairs: ({ admin, name }) =>
        admin.query(
          `SET default_transaction_read_only = off; ALTER DATABASE ${name} RESET default_transaction_read_only`,
        ),
    },
  ]
  for (const { title, says, needsOperator, breaks, repairs, options } of REPAIRABLE)
    test(`${title}: tried again`, async t => {
      const { database, exporter } = await opened(t, options)
      await breaks(database)
      let failure = await failureOf(exporter)
      // A connection that the server has ended may fail first.
      if (/57P01|cannot reach/.test(describe(failure))) failure = await failureOf(exporter)
      assert.match(describe(failure), says)
      assert.equal(failure.needsOperator, needsOperator)
      await repairs(database)
      await delivered(exporter)
    })

  test('connections that the server ends: tried again, by new ones', async t => {
    const { database, exporter } = await opened(t)
    await endConnections(database.admin)
    const [first] = await Promise.allSettled([exporter.exporter.export(batchOf([exec()]), NEVER)])
    if (first?.status === 'rejected') assert.equal(first.reason.name, 'RetryableError')
    await delivered(exporter)
  })

  test('too many connections: tried again', async t => {
    const { database, exporter } = await opened(t)
    const { name } = database
    await database.admin.query(
      `CREATE ROLE u_${name} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO u_${name}`,
    )
    const others = Array.from({ length: 12 }, () => adminOf(server.url(name, `u_${name}`)))
    const closed = () => Promise.all(others.map(other => other.close()))
    t.after(closed)
    // Each holds the connection it got: those that got none say that there are no more.
    const answers = await Promise.allSettled(others.map(other => other.query('SELECT 1')))
    assert.ok(answers.some(({ status }) => status === 'rejected'))
    const user = exporterTo(t, { url: server.url(name, `u_${name}`) })
    assert.match(describe(await failureOf(user)), /53300/)
    await closed()
    await delivered(user)
    await delivered(exporter)
  })

  test('a full disk: tried again, and an operator is called', async t => {
    const { database, exporter } = await opened(t)
    // The server cannot be made to fill a disk here: it says what it says then.
    await database.admin.query(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON change_events FOR EACH ROW EXECUTE FUNCTION full_disk()`)
    const failure = await failureOf(exporter)
    assert.match(describe(failure), /53100 \(the disk is full\)/)
    assert.equal(failure.needsOperator, true)
    await database.admin.query('DROP TRIGGER full_disk ON change_events')
    await delivered(exporter)
  })

  test('a wrong password: tried again, never shown; the file with it is read again', async t => {
    const own = await startPostgres(t, {})
    const admin = adminOf(own.url())
    t.after(() => admin.close())
    await admin.query("CREATE ROLE shipper LOGIN SUPERUSER PASSWORD 'correct-horse'")
    own.authenticate('host all shipper 127.0.0.1/32 scram-sha-256')
    await admin.query('SELECT pg_reload_conf()')
    const passwordFile = join(await tempDir(t), 'password')
    const exporter = exporterTo(t, { url: own.url('postgres', 'shipper') }, { passwordFile })
    assert.match(describe(await failureOf(exporter)), /cannot read passwordFile .*ENOENT/)
    await writeFile(passwordFile, 'battery-staple\n')
    const failure = await failureOf(exporter)
    assert.match(
      describe(failure),
      /28P01 \(check the user of url, and the password.*password authentication failed for user "shipper"/,
    )
    assert.ok(failure.needsOperator)
    assert.doesNotMatch(describe(failure), /battery/)
    await writeFile(passwordFile, 'correct-horse\n')
    await delivered(exporter)
  })

  test('a server that is down, starts up and is back: tried again', async t => {
    const own = await startPostgres(t)
    const exporter = exporterTo(t, { url: own.url() })
    await delivered(exporter)
    await own.kill()
    assert.match(describe(await failureOf(exporter)), /cannot reach postgres:\/\/127\.0\.0\.1/)
    assert.equal((await failureOf(exporter)).needsOperator, false)
    await own.start()
    await delivered(exporter)
    await own.stop()
    await failureOf(exporter)
    await own.start()
    await delivered(exporter)
  })

  test('a database that is missing: an operator is called', async t => {
    const failure = await failureOf(exporterTo(t, { url: server.url('nowhere') }))
    assert.match(
      describe(failure),
      /3D000 \(the database of url is missing\): database "nowhere" does not exist/,
    )
    assert.ok(failure.needsOperator)
  })

  test('a server that cannot speak TLS when it is wanted: tried again', async t => {
    const { url } = await server.newDatabase(t)
    const failure = await failureOf(exporterTo(t, { url }, { tls: {} }))
    assert.match(describe(failure), /does not support SSL/)
  })

  test('TLS: the certificate is checked, and a client certificate may say who comes', async t => {
    const own = await startPostgres(t)
    const certificates = makeCertificates(await tempDir(t))
    own.take(certificates.server.cert, 'server.crt')
    own.take(certificates.server.key, 'server.key')
    own.take(certificates.ca, 'root.crt')
    await own.stop()
    await own.start({ ssl: 'on', ssl_ca_file: 'root.crt' })
    const tls = (options: object) => exporterTo(t, { url: own.url() }, { tls: options })
    assert.match(describe(await failureOf(tls({}))), /cannot make a TLS connection to .*tls\.caFile/)
    assert.match(
      describe(await failureOf(tls({ caFile: certificates.otherCa }))),
      /cannot make a TLS connection/,
    )
    assert.match(
      describe(await failureOf(tls({ caFile: certificates.ca, serverName: 'other' }))),
      /cannot make a TLS connection .*altnames/,
    )
    await delivered(tls({ caFile: certificates.ca }))
    await delivered(tls({ insecureSkipVerify: true }))
    const { cert: certFile, key: keyFile } = certificates.client
    const admin = adminOf(own.url())
    t.after(() => admin.close())
    await admin.query(
      'CREATE ROLE auditship LOGIN; GRANT SELECT, INSERT, UPDATE ON change_events TO auditship',
    )
    own.authenticate('hostssl all auditship 127.0.0.1/32 cert')
    await admin.query('SELECT pg_reload_conf()')
    const url = own.url('postgres', 'auditship')
    assert.match(
      describe(await failureOf(exporterTo(t, { url }, { tls: { caFile: certificates.ca } }))),
      /28000/,
    )
    await delivered(exporterTo(t, { url }, { tls: { caFile: certificates.ca, certFile, keyFile } }))
    await delivered(
      exporterTo(t, {
        url: `${url}?sslmode=require&sslrootcert=${certificates.ca}&sslcert=${certFile}&sslkey=${keyFile}`,
      }),
    )
  })

  test('a row that is refused for good goes alone, in PostgreSQL’s words and without its values', async t => {
    const { database, exporter } = await opened(t, { events: 'all' })
    await database.admin.query("ALTER TABLE change_events ADD CHECK (actor->>'username' <> 'mallory')")
    const guilty = exec({ user: { username: 'mallory' } })
    const { rejected } = await exporter.exporter.export(batchOf([guilty]), NEVER).catch(error => ({
      rejected: [{ event: guilty, reason: `${error.name}: ${error.message}` }],
    }))
    assert.match(
      rejected[0]?.reason ?? '',
      /^PermanentError: 23514: new row for relation .* violates check constraint/,
    )
    assert.doesNotMatch(rejected[0]?.reason ?? '', /mallory/)
    await delivered(exporter)
  })

  test('the set-up says what is wrong when there is no server', async t => {
    await assert.rejects(
      setUp(exporterTo(t, { url: 'postgres://127.0.0.1:1/audit' })),
      /cannot reach postgres:\/\/127\.0\.0\.1:1\/audit/,
    )
  })

  test('stopping ends an attempt at once', async t => {
    const { database, exporter } = await opened(t)
    const holding = database.admin.transaction(async session => {
      await session.query('LOCK TABLE change_events')
      const stopping = new AbortController()
      const attempt = exporter.exporter.export(batchOf([exec()]), stopping.signal)
      const waiting = async () =>
        (await database.admin.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).length >
        0
      while (!(await waiting())) {}
      stopping.abort(new Error('the agent stops'))
      await assert.rejects(attempt, /the agent stops/)
    })
    await holding
  })
})

/** Ends all connections to the database but one of the administrator's. */
async function endConnections(admin: TestDatabase['admin']): Promise<void> {
  const others = 'FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'
  await admin.query(`SELECT pg_terminate_backend(pid) ${others}`)
  await waitUntil(async () => (await admin.query(`SELECT 1 ${others}`)).length === 0, 'they are gone')
}
