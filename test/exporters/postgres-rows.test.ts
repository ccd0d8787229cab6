import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { before, suite, type TestContext, test } from 'node:test'
import { ATTRIBUTES, attributesOf } from '../../src/audit/attributes.ts'
import { type ChangeEvent, changeEvent, mergeChangeEvents } from '../../src/audit/change-event.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseJsonPath } from '../../src/audit/json-path.ts'
import { pathAttribute } from '../../src/audit/path-attribute.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { postgresExporter } from '../../src/exporters/postgres/index.ts'
import { attributeColumn } from '../../src/postgres/audit-events-table.ts'
import type { Database, Row } from '../../src/postgres/database.ts'
import { openForReading } from '../../src/postgres/open-database.ts'
import { layEmbedded } from '../postgres/lay-embedded.ts'
import { SAMPLE_LOGS, sampleEvents, sampleLines } from '../samples.ts'
import { type PostgresServer, postgresUnavailable, startPostgres } from '../servers/postgres.ts'
import { tempDir } from '../temp-dir.ts'
import { deliver, exporterTo, type TestExporter } from './postgres-delivery.ts'

const CLUSTER = 'prod'
const ALL_SAMPLES = SAMPLE_LOGS.flatMap(sampleEvents)
/** One of the user's own. */
const OWN = pathAttribute(
  'k8s.auditlog.first.container',
  parseJsonPath('requestObject.containers[0]'),
  'string',
)
const ALL_ATTRIBUTES = { attributes: [...ATTRIBUTES, OWN] }

/** A new database, an exporter to it, and a connection that reads. */
interface Place {
  exporterWith(options: object): TestExporter
  read(sql: string): Promise<Row[]>
}

/** The same for a server and for the embedded database. */
const PLACES: Readonly<Record<string, (t: TestContext) => Promise<Place>>> = {
  'on a server': async t => {
    const { url, admin } = await server.newDatabase(t)
    return {
      exporterWith: options => exporterTo(t, { url }, options, ALL_ATTRIBUTES),
      read: sql => admin.query(sql),
    }
  },
  embedded: async t => {
    const stateDir = await tempDir(t)
    await layEmbedded(stateDir)
    return {
      exporterWith: options => exporterTo(t, { stateDir }, options, ALL_ATTRIBUTES),
      async read(sql) {
        const reading: Database = await openForReading(postgresExporter.options.parse({}), stateDir)
        try {
          return await reading.query(sql)
        } finally {
          await reading.close()
        }
      },
    }
  },
}
let server: PostgresServer

/** An event whose request is to write `object`, JSON text. */
const writing = (object: string) =>
  parseEvent(
    `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"a","stage":"ResponseComplete","verb":"patch","requestObject":${object},"stageTimestamp":"2026-01-02T03:04:05.123456Z"}`,
  )
/** An event with other members than usual, JSON text. */
const having = (members: string) =>
  parseEvent(`{"level":"Metadata","auditID":"a","stage":"ResponseComplete",${members}}`)
/** An exec with other members than usual, JSON text. */
const exec = (members: string) =>
  having(
    `"verb":"get","requestURI":"/api/v1/namespaces/n/pods/p/exec?command=sh","objectRef":{"resource":"pods","subresource":"exec","namespace":"n","name":"p"},${members}`,
  )
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
const random = Array.from({ length: 6_000 }, (_, i) =>
  String.fromCodePoint(0x100 + ((i * 7919) % 20_000)),
).join('')

const HOSTILE: readonly (readonly [title: string, event: AuditEvent, asText?: 'as text'])[] = [
  ['a username that fits no btree', exec(`"user":{"username":${JSON.stringify(random)}}`)],
  ['a URI of 40,000 bytes', having(`"requestURI":"/api?${random}"`)],
  ['an array for a patch', writing('[{"op":"replace","value":{"a":1}},1,"x"]')],
  ['a key twice in the body', writing('{"a":1,"a":2}')],
  ['addresses that are none', having('"sourceIPs":["not an address","10.0.0.1","fe80::1%eth0",""]')],
  ['a code over 64 bits', exec('"responseStatus":{"code":99999999999999999999}')],
  ['a code over 32 bits', exec('"responseStatus":{"code":9999999999}')],
  ['times that are none', exec('"stageTimestamp":"yesterday","requestReceivedTimestamp":""')],
  ['a time with an offset', exec('"stageTimestamp":"2026-01-02T05:04:05.123456+23:00"')],
  ['a time after 2262', having('"stageTimestamp":"2300-01-01T00:00:00.000000Z"')],
  ['a time in the year 0', exec('"requestReceivedTimestamp":"0000-01-01T00:00:00Z"')],
  [
    'names over 255 characters',
    exec(`"objectRef":{"resource":"pods","subresource":"exec","namespace":"${random}","name":"${random}"}`),
  ],
  ['a NUL in a name', exec('"user":{"username":"a\\u0000b"},"userAgent":"\\u0000"'), 'as text'],
  ['a NUL in the body', writing('{"\\u0000":"\\u0000"}'), 'as text'],
  ['a backslash before what looks like a NUL', writing('"\\\\u0000"')],
  ['half a surrogate pair', exec('"user":{"username":"\\ud800"},"requestObject":"\\udfff"'), 'as text'],
  ['a whole surrogate pair', writing('"\\ud83d\\ude00"')],
  ['a depth of 900', writing(nested(900))],
  ['a depth of 9,000', writing(nested(9_000)), 'as text'],
  ['a number with a large exponent', writing('1e200000'), 'as text'],
  [
    'bytes that are not UTF-8',
    parseEvent(
      Buffer.concat([
        Buffer.from('{"level":"Metadata","stage":"Panic","auditID":"'),
        Buffer.from([0xff]),
        Buffer.from('"}'),
      ]),
    ),
  ],
]

for (const [where, open] of Object.entries(PLACES)) {
  const skip = where === 'embedded' ? false : (postgresUnavailable() ?? false)
  suite(`rows of PostgreSQL ${where}`, { skip }, () => {
    before(async () => {
      if (where !== 'embedded') server = await startPostgres('file')
    })

    test('every real event is there once, with its attributes and as it was', async t => {
      const { exporterWith, read } = await open(t)
      const exporter = exporterWith({ events: 'all' })
      await deliver(exporter, ALL_SAMPLES)
      await deliver(exporter, ALL_SAMPLES)
      const rows = await read('SELECT * FROM audit_events')
      const lines = new Set(SAMPLE_LOGS.flatMap(sampleLines).map(line => line.toString()))
      assert.equal(rows.length, lines.size)
      const byId = new Map(ALL_SAMPLES.map(event => [event.identity(CLUSTER), event]))
      for (const row of rows) {
        const event = byId.get(String(row.id)) as AuditEvent
        const raw = JSON.parse(event.raw.toString())
        if (row.event === null) assert.equal(row.event_text, event.raw.toString())
        else assert.deepEqual(row.event, raw)
        assert.equal(Date.parse(String(row.timestamp)), Date.parse(raw.stageTimestamp ?? raw.timestamp))
        assert.deepEqual([row.user_username, row.verb], [raw.user?.username ?? null, raw.verb ?? null])
        assert.deepEqual(Object.fromEntries(columnsOf(row)), Object.fromEntries(expectedColumns(event)))
      }
      const [found] = await read(
        `SELECT count(*) AS n FROM audit_events WHERE source_ips && ARRAY['127.0.0.1'::inet]`,
      )
      const expected = [...lines].filter(line => JSON.parse(line).sourceIPs?.includes('127.0.0.1')).length
      assert.deepEqual(found, { n: expected })
    })

    test('attributes of the user’s own are in own_attributes', async t => {
      const { exporterWith, read } = await open(t)
      const events = [writing('{"containers":["a\\u0000b"]}'), writing('{}')]
      await deliver(exporterWith({ events: 'all' }), events)
      const own = async (event: AuditEvent) =>
        (await read(`SELECT own_attributes FROM audit_events WHERE id = '${event.identity(CLUSTER)}'`))[0]
      assert.deepEqual(await Promise.all(events.map(own)), [
        { own_attributes: { 'first.container': 'a\ufffdb' } },
        { own_attributes: null },
      ])
    })

    test('no event is refused for what is in it', async t => {
      const { exporterWith, read } = await open(t)
      const exporter = exporterWith({ events: 'all' })
      for (const [title, event, asText] of HOSTILE)
        await t.test(`${title}${asText === undefined ? '' : ': kept as text'}`, async () => {
          const neighbour = having(`"verb":${JSON.stringify(`next to ${title}`)}`)
          await deliver(exporter, [event, neighbour])
          const ids = [event, neighbour].map(one => `'${one.identity(CLUSTER)}'`)
          const rows = await read(`SELECT * FROM audit_events WHERE id IN (${ids})`)
          assert.equal(rows.length, 2)
          const row = rows.find(({ id }) => id === event.identity(CLUSTER))
          if (asText === undefined) assert.deepEqual(row?.event, JSON.parse(event.raw.toString()))
          else assert.deepEqual([row?.event, row?.event_text], [null, event.raw.toString()])
          const change = changeEvent(event, { cluster: CLUSTER })
          if (change === undefined) return
          assert.equal((await read(`SELECT 1 FROM change_events WHERE id = '${change.id}'`)).length, 1)
        })
    })

    suite('change_events has one row for each request', () => {
      const requests = Map.groupBy(ALL_SAMPLES, event => changeEvent(event, { cluster: CLUSTER })?.id)
      requests.delete(undefined)
      const expected = [...requests.values()].map(events => {
        const changes = events.map(event => changeEvent(event, { cluster: CLUSTER }) as ChangeEvent)
        return expectedRow(changes.reduce(mergeChangeEvents))
      })
      const stages = [...requests.values()]
        .flat()
        .toSorted((a, b) => (a.stage ?? '').localeCompare(b.stage ?? ''))
      const orders: [title: string, batches: AuditEvent[][]][] = [
        ['stages in one batch', [stages]],
        ['stages backwards, each in a batch of its own', stages.toReversed().map(event => [event])],
        ['stages twice and mixed', [stages, stages.toReversed(), stages]],
      ]
      for (const [title, batches] of orders)
        test(title, async t => {
          assert.ok(stages.length > requests.size, 'some requests have several stages')
          const { exporterWith, read } = await open(t)
          const exporter = exporterWith({})
          for (const batch of batches) await deliver(exporter, batch)
          const rows = await read('SELECT * FROM change_events ORDER BY id')
          assert.deepEqual(
            rows.map(({ created_at, ...row }) => row),
            expected.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
          )
        })

      test('stages that arrive at the same time', async t => {
        const { exporterWith, read } = await open(t)
        const [one, other] = [exporterWith({}), where === 'embedded' ? undefined : exporterWith({})]
        await Promise.all(stages.flatMap((event, i) => deliver((i % 2 && other) || one, [event])))
        const rows = await read('SELECT * FROM change_events ORDER BY id')
        assert.deepEqual(
          rows.map(({ created_at, ...row }) => row),
          expected.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        )
      })
    })
  })
}

const COLUMNS = new Map(ATTRIBUTES.map(attribute => [attributeColumn(attribute), attribute]))
const columnsOf = (row: Row) =>
  Object.entries(row).filter(([name, value]) => COLUMNS.has(name) && value !== null)

function expectedColumns(event: AuditEvent): [string, unknown][] {
  const values = attributesOf(event, ATTRIBUTES)
  return [...COLUMNS].flatMap(([column, { name, mapping }]) => {
    const value = values[name]
    if (value === undefined) return []
    if (mapping === 'ip') return [[column, (value as string[]).filter(text => isIP(text) > 0)]]
    if (mapping === 'date_nanos') return [[column, microseconds(String(value))]]
    // An object's name in a real log has a NUL.
    return [[column, typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value]]
  })
}

/** `2026-01-02T03:04:05Z` with six digits. */
function microseconds(text: string): string {
  return text.replace(/(?:\.(\d+))?Z$/, (_, digits = '') => `.${digits.padEnd(6, '0')}Z`)
}

function expectedRow(change: ChangeEvent): Record<string, unknown> & { id: string } {
  const known = JSON.parse(JSON.stringify(change, (_, value) => value ?? null))
  for (const name of ['timestamp', 'started_at', 'ended_at'])
    if (known[name] !== null) known[name] = microseconds(known[name])
  // JSON of PostgreSQL has no members that are undefined.
  for (const name of ['actor', 'exec_metadata', 'source'])
    known[name] = JSON.parse(JSON.stringify(change[name as 'actor']))
  return known
}
