import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { parse } from 'yaml'
import { ATTRIBUTES } from '../../src/audit/attributes.ts'
import { openSearchOptions } from '../../src/exporters/opensearch/options.ts'
import { runCli } from '../cli.ts'
import { accessOf } from '../deploy/interactive.ts'
import { SAMPLE_LOGS, sampleLines } from '../samples.ts'
import { freePort } from '../servers/free-port.ts'
import { type Configuration, merged } from '../servers/otelcol/configuration.ts'
import { collectorUnavailable, startCollector } from '../servers/otelcol.ts'
import { logRecordsOf } from '../servers/otlp-json.ts'
import { tempDir } from '../temp-dir.ts'

async function example(name: string): Promise<Configuration> {
  return parse(await readFile(new URL(`../../examples/${name}`, import.meta.url), 'utf8'))
}

async function bodiesIn(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter(line => line !== '')
  return lines.flatMap(logRecordsOf).map(({ body }) => String(body))
}

suite('examples/collector-split.yaml in a real Collector', { skip: collectorUnavailable() ?? false }, () => {
  test('sends interactive access one way and all else the other: nothing lost, nothing twice', async t => {
    const dir = await tempDir(t)
    const lines = SAMPLE_LOGS.flatMap(name => sampleLines(name).map(String))
    const logs = join(dir, 'logs')
    await mkdir(logs)
    await writeFile(join(logs, 'audit.log'), lines.map(line => `${line}\n`).join(''))

    const [interactive, rest] = [join(dir, 'interactive.jsonl'), join(dir, 'rest.jsonl')]
    const port = await freePort()
    const here = {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      exporters: { 'file/interactive': { path: interactive }, 'file/rest': { path: rest } },
    }
    const collector = await startCollector({
      port,
      config: merged(await example('collector-split.yaml'), here),
    })
    t.after(() => collector.kill())

    const config = join(dir, 'auditship.yaml')
    const agent = {
      receivers: { auditLog: { pathPrefix: logs, filename: 'audit.log' } },
      processors: { redact: false }, // bodies are compared as they were written
      exporters: { otlp: { endpoint: collector.endpoint } },
      service: { stateDir: join(dir, 'state') },
    }
    await writeFile(config, JSON.stringify(agent))
    const { code, stderr } = await runCli(t, ['run', '--once', '--config', config])
    assert.equal(code, 0, stderr)
    await collector.stop()

    const isInteractive = (line: string) => accessOf(JSON.parse(line)) !== undefined
    assert.deepEqual((await bodiesIn(interactive)).sort(), lines.filter(isInteractive).sort())
    assert.deepEqual((await bodiesIn(rest)).sort(), lines.filter(line => !isInteractive(line)).sort())
  })
})

suite('examples/collector-opensearch.yaml', () => {
  test('names the attribute that says the index, and the data stream of the opensearch exporter', async () => {
    const { exporters } = (await example('collector-opensearch.yaml')) as {
      exporters: { opensearch: Record<string, unknown> }
    }
    const { logs_index, logs_index_fallback } = exporters.opensearch
    const attribute = ATTRIBUTES.find(({ name }) => logs_index === `%{${name}}`)
    assert.equal(attribute?.name, 'k8s.auditlog.index')
    assert.equal(logs_index_fallback, openSearchOptions.parse({}).dataStream)
  })
})
