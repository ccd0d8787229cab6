import { before, type TestContext, test } from 'node:test'
import { PostgresExporter } from '../../src/exporters/postgres/exporter.ts'
import { postgresExporter } from '../../src/exporters/postgres/index.ts'
import { silentLog } from '../../src/pipeline/log.ts'
import type { Database } from '../../src/postgres/database.ts'
import { openForWriting } from '../../src/postgres/open-database.ts'
import { type ExporterUnderTest, exporterContract } from '../contract/exporter-contract.ts'
import { layEmbedded, makeEmbedded } from '../postgres/lay-embedded.ts'
import { type PostgresServer, postgresUnavailable, startPostgres } from '../servers/postgres.ts'
import { tempDir } from '../temp-dir.ts'
import { contextFor } from './context.ts'
import { faultsOf } from './postgres-faults.ts'

const IMPOSSIBLE = {
  refuseLargerThan: 'PostgreSQL takes rows up to 1 GB',
  busyFor: 'PostgreSQL does not say when to come back',
}

/** The exporter on a database, with triggers in it that make it fail. */
async function underTest(t: TestContext, writing: Database, admin: Database): Promise<ExporterUnderTest> {
  const options = postgresExporter.options.parse({ events: 'all', statementTimeout: '500ms' })
  const own: Database = {
    place: writing.place,
    query: (...statement) => writing.query(...statement),
    transaction: (...work) => writing.transaction(...work),
    close: async () => {}, // the test does
  }
  const exporter = new PostgresExporter(options, contextFor('postgres'), async () => own)
  for await (const _step of exporter.setup(false, new AbortController().signal)) {
  }
  const { faults, inForce, hangNoMore } = await faultsOf(admin)
  t.after(() => writing.close())
  const raws = new Map<string, string>()
  let attempts = 0
  return {
    faults,
    attempts: () => attempts,
    exporter: {
      async export(batch, signal) {
        if (++attempts > 1) hangNoMore()
        await inForce()
        for (const event of batch.events) raws.set(event.identity('prod'), event.raw.toString())
        return exporter.export(batch, signal)
      },
      stop: () => exporter.stop(),
    },
    async received() {
      const rows = await admin.query<{ id: string }>('SELECT id FROM audit_events')
      return rows.map(({ id }) => raws.get(id) ?? `unknown ${id}`)
    },
  }
}

const missing = postgresUnavailable()
if (missing !== undefined) test('postgres (server) keeps the exporter contract', { skip: missing })
else {
  let server: PostgresServer
  before(async () => {
    server = await startPostgres('file')
  })
  exporterContract(
    'postgres (server)',
    async t => {
      const { url, admin } = await server.newDatabase(t)
      const options = postgresExporter.options.parse({ url, statementTimeout: '500ms' })
      return underTest(t, await openForWriting(options, '', silentLog), admin)
    },
    IMPOSSIBLE,
  )
}

before(makeEmbedded)
exporterContract(
  'postgres (embedded)',
  async t => {
    const options = postgresExporter.options.parse({ statementTimeout: '2s' })
    const stateDir = await tempDir(t)
    await layEmbedded(stateDir)
    const database = await openForWriting(options, stateDir, silentLog)
    return underTest(t, database, database)
  },
  IMPOSSIBLE,
)
