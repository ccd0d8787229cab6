import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { ATTRIBUTES } from '../../src/audit/attributes.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import { EventScanner } from '../../src/audit/scan.ts'
import { AuditshipDocument } from '../../src/exporters/opensearch/auditship-document.ts'
import { BulkEncoder } from '../../src/exporters/opensearch/bulk-encoder.ts'
import { ProtobufEncoder } from '../../src/otlp/encode-protobuf.ts'
import { ReadMemory } from '../../src/receivers/audit-log/read-memory.ts'
import { LineSplitter } from '../../src/receivers/audit-log/split-lines.ts'
import { WasmMemory } from '../../src/wasm/memory.ts'
import { SAMPLE_LOGS, samplePath } from '../samples.ts'

const READ_AT = 1_700_000_000_000
const UNUSUAL = [
  '{"level":"Metadata","auditID":"\\u00e9\\n","stage":"x","stageTimestamp":"2026-05-04T10:00:00+02:00","user":{"groups":["a\\tb",1]}}',
  '{"level":"Metadata","auditID":"1","stage":"x","responseStatus":{"code":1e2},"stage":"ResponseComplete"}',
  '{"level":"Metadata","auditID":"not UTF-8: \xff","stage":"x"}',
].join('\n')

/** The events of a log in `buffer`, with spans of a lease. */
function eventsIn(scanner: EventScanner, buffer: Buffer, length: number): readonly AuditEvent[] {
  scanner.readAt = READ_AT
  scanner.leaseSpans()
  return new LineSplitter(scanner, 'audit.log', buffer, 0).split(length).batch.events
}

/** A memory with the log in it. */
function inMemory(log: Buffer): { readonly events: readonly AuditEvent[]; readonly memory: WasmMemory } {
  const read = new ReadMemory(log.length + 1, 1)
  const buffer = read.take() ?? assert.fail('no buffer')
  log.copy(buffer)
  return { events: eventsIn(new EventScanner(read.memory), buffer, log.length), memory: read.memory }
}

/** In turn by all encoders, so that one does not spoil what the other needs. */
function encoders() {
  const protobuf = new ProtobufEncoder({ resource: {}, attributes: ATTRIBUTES, recordUidOf: 'c' })
  const layout = new AuditshipDocument(ATTRIBUTES, {})
  const bulk = new BulkEncoder({ layout, cluster: 'c', changeEvents: 'change_events' })
  return (events: readonly AuditEvent[]) =>
    events.map(event => [
      protobuf.encode([event]).toString('latin1'),
      bulk.encode([event], Buffer.alloc(0)).body.toString('latin1'),
    ])
}

suite('events that are encoded where they were read are as those that are copied', () => {
  for (const [name, log] of [
    ...SAMPLE_LOGS.map(name => [name, readFileSync(samplePath(name))] as const),
    ['unusual ones', Buffer.from(`${UNUSUAL}\n`, 'latin1')] as const,
  ]) {
    const copied = eventsIn(new EventScanner(), Buffer.concat([log, Buffer.alloc(1)]), log.length)

    test(name, () => {
      const { events } = inMemory(log)
      assert.ok(events.every(event => event.spansAt > 0 && WasmMemory.of(event.buffer) !== undefined))
      assert.deepEqual(encoders()(events), encoders()(copied))
    })

    test(`${name}, when the memory has no more room for encoders`, () => {
      const { events, memory } = inMemory(log)
      while (memory.take(4096) !== undefined) {}
      assert.deepEqual(encoders()(events), encoders()(copied))
    })

    test(`${name}, by turns in two memories and in none`, () => {
      const [first, second] = [inMemory(log).events, inMemory(log).events]
      const mixed = copied.map((event, i) => [first[i], event, second[i]][i % 3] as AuditEvent)
      assert.deepEqual(encoders()(mixed), encoders()(copied))
    })
  }
})
