import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { runCli } from '../cli.ts'
import { tempDir } from '../temp-dir.ts'

/** The packages of which a run with this exporter loads a file: Node.js lists scripts where it reports their coverage. */
async function loadedWith(t: TestContext, exporters: object): Promise<Set<string>> {
  const folder = await tempDir(t)
  const config = join(folder, 'auditship.yaml')
  const configuration = {
    receivers: { auditLog: { pathPrefix: folder, filename: 'audit.log' } },
    exporters,
    service: { stateDir: join(folder, 'state') },
  }
  await writeFile(join(folder, 'audit.log'), '')
  await writeFile(config, JSON.stringify(configuration))
  const env = { NODE_V8_COVERAGE: join(folder, 'scripts') }
  const { code, stderr } = await runCli(t, ['run', '--once', '--config', config], { env })
  assert.equal(code, 0, stderr)
  const reports = readdirSync(env.NODE_V8_COVERAGE).map(
    file =>
      JSON.parse(readFileSync(join(env.NODE_V8_COVERAGE, file), 'utf8')) as { result: { url: string }[] },
  )
  const names = reports.flatMap(({ result }) =>
    result.flatMap(({ url }) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []),
  )
  return new Set(names)
}

const ALWAYS = ['commander', 'yaml', 'zod']
const OWN_LOG = /^@opentelemetry\/(api|api-logs|core|resources|sdk-logs|semantic-conventions)$/

suite('an agent pays only for the packages it uses', () => {
  test('with the otlp exporter', async t => {
    const loaded = await loadedWith(t, { otlp: { endpoint: 'http://127.0.0.1:1' } })
    const others = [...loaded].filter(name => !ALWAYS.includes(name) && !OWN_LOG.test(name))
    assert.deepEqual(others, [])
    for (const name of ALWAYS) assert.ok(loaded.has(name), name)
  })
})
