import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { attributesOf, DEFAULT_ATTRIBUTES } from '../../src/audit/attributes.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { fileExporter } from '../../src/exporters/file/index.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import { newCounters } from '../../src/pipeline/counters.ts'
import { silentLog } from '../../src/pipeline/log.ts'
import { collectorUnavailable, startCollector } from '../servers/otelcol.ts'
import { logRecordsOf, type OtlpLogRecord } from '../servers/otlp-json.ts'

const SESSION = new URL('../samples/apiserver-v1.36.3-session.jsonl', import.meta.url)
const EVENTS = readFileSync(SESSION, 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => parseEvent(line))
const MEBIBYTE = 1024 * 1024

let folder = ''
let path = ''

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-otlp-json-'))
  path = join(folder, 'session.jsonl')
  await write(path, EVENTS)
})
after(() => rm(folder, { recursive: true, force: true }))

/** Writes the events as one batch and returns the file's lines. */
async function write(path: string, events: readonly AuditEvent[]): Promise<string[]> {
  const exporter = fileExporter.create(fileExporter.options.parse({ path, format: 'otlpJson' }), {
    id: 'file',
    pipeline: 'main',
    stateDir: folder,
    log: silentLog,
    problems: new Set(),
    counters: newCounters(),
    attributes: DEFAULT_ATTRIBUTES,
    resource: { 'k8s.cluster.name': 'prod' },
    once: false,
  })
  await exporter.export(batchOf(events), new AbortController().signal)
  await exporter.stop?.()
  return linesOf(path)
}

async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8')
  assert.ok(text.endsWith('\n'))
  return text.split('\n').slice(0, -1)
}

function assertSame(records: readonly OtlpLogRecord[], events: readonly AuditEvent[]): void {
  assert.equal(records.length, events.length)
  for (const [i, event] of events.entries()) {
    const record = records[i]
    assert.equal(record?.body, event.raw.toString())
    assert.deepEqual(record?.attributes, attributesOf(event))
    assert.deepEqual(record?.resource, { 'k8s.cluster.name': 'prod' })
  }
}

describe('otlpJson', () => {
  test('each line is an OTLP request, and together they are the batch', async () => {
    assertSame((await linesOf(path)).flatMap(logRecordsOf), EVENTS)
  })

  test('a batch is divided into well filled lines under 1 MiB, the longest a Collector reads by default', async () => {
    const lines = await linesOf(path)
    for (const line of lines) assert.ok(Buffer.byteLength(line) < MEBIBYTE)
    assert.ok(lines.length <= 5, `${lines.length} lines`)
  })

  test('events whose quotes make them longer than estimated are divided too', async () => {
    const quotes = JSON.stringify({ ...EVENTS[0]?.json(), requestObject: '"'.repeat(200_000) })
    const lines = await write(join(folder, 'quotes.jsonl'), Array(4).fill(parseEvent(quotes)))
    assert.deepEqual(
      lines.map(line => logRecordsOf(line).length),
      [1, 1, 1, 1],
    )
  })

  test('an event longer than that is a line of its own', async () => {
    const large = parseEvent(JSON.stringify({ ...EVENTS[0]?.json(), requestObject: 'x'.repeat(MEBIBYTE) }))
    const events = [...EVENTS.slice(0, 3), large, ...EVENTS.slice(3, 6)]
    const lines = await write(join(folder, 'large.jsonl'), events)
    assert.deepEqual(
      lines.map(line => logRecordsOf(line).length),
      [3, 1, 3],
    )
    assertSame(lines.flatMap(logRecordsOf), events)
  })

  test('the Collector’s otlpjsonfile receiver reads every event as it was', {
    skip: collectorUnavailable() ?? false,
  }, async () => {
    const collector = await startCollector({
      config: {
        receivers: { otlp_json_file: { include: [path], start_at: 'beginning', include_file_name: false } },
        service: { pipelines: { logs: { receivers: ['otlp', 'otlp_json_file'] } } },
      },
    })
    const records = await collector.records(EVENTS.length)
    await collector.stop()
    const byBody = new Map(records.map(record => [record.body, record]))
    assert.equal(records.length, EVENTS.length)
    assertSame(
      EVENTS.flatMap(event => byBody.get(event.raw.toString()) ?? []),
      EVENTS,
    )
  })
})
