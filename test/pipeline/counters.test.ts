import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { type AuditBatch, batchOf } from '../../src/pipeline/batch.ts'
import { ALL_DELIVERED, type Exporter, type Processor } from '../../src/pipeline/contracts.ts'
import { exporterCounters, newCounters } from '../../src/pipeline/counters.ts'
import { DeadLetters } from '../../src/pipeline/dead-letters.ts'
import { Distribution } from '../../src/pipeline/distribution.ts'
import { withoutDropped } from '../../src/pipeline/dropped.ts'
import { PermanentError, RetryableError } from '../../src/pipeline/errors.ts'
import { ExporterHealth } from '../../src/pipeline/health.ts'
import { silentLog } from '../../src/pipeline/log.ts'
import { pipelineConsumer } from '../../src/pipeline/pipeline.ts'
import { tempDir } from '../temp-dir.ts'

/** Events of different lengths. */
const EVENTS = [0, 1, 2, 3, 4, 5].map(id =>
  parseEvent(`{"level":"Metadata","auditID":"${'9'.repeat(id)}${id}","stage":"ResponseComplete"}`),
)
const bytes = (...indices: number[]) => indices.reduce((sum, index) => sum + (EVENTS[index]?.length ?? 0), 0)
const idOf = (event: AuditEvent) => Number(event.auditID?.at(-1))
const RAW = Buffer.from('torn')
const MALFORMED = { raw: RAW, length: 70_000, position: { source: 'log', offset: 0 }, reason: 'torn' }

/** Event 0 is filtered, on event 1 a processor fails, event 2 is refused, of the first attempt 3 is put off. */
const dropFirst: Processor = {
  process: batch => withoutDropped(batch, 'filter', event => (idOf(event) === 0 ? 'zero' : undefined)),
}
const failSecond: Processor = {
  process(batch) {
    if (batch.events.some(event => idOf(event) === 1)) throw new Error('cannot')
    return batch
  },
}
function faulty(): Exporter {
  let attempts = 0
  return {
    async export({ events }) {
      attempts++
      if (attempts === 1) throw new RetryableError('away')
      if (events.length > 1 && events.some(event => idOf(event) === 2)) throw new PermanentError('one is bad')
      const isRefused = (event: AuditEvent) => idOf(event) === 2
      const deferred = attempts < 6 ? events.filter(event => idOf(event) === 3) : []
      return {
        deferred,
        rejected: events.filter(isRefused).map(event => ({ event, reason: 'bad' })),
      }
    },
  }
}

async function consume(t: TestContext, batch: AuditBatch, exporters: readonly Exporter[]) {
  const counters = newCounters()
  const destinations = exporters.map((exporter, index) => ({
    id: `exporter-${index}`,
    exporter,
    health: new ExporterHealth(silentLog),
  }))
  const deadLetters = new DeadLetters(join(await tempDir(t), 'dead.jsonl'), 'test', 1e9, silentLog)
  const processors = [dropFirst, failSecond]
  const backoff = { initialMs: 1, maxMs: 1 }
  await pipelineConsumer(
    { processors, destinations, deadLetters, counters, backoff },
    AbortSignal.timeout(20_000),
  )(batch)
  return counters
}

suite('what became of events and bytes', () => {
  const batch = { ...batchOf(EVENTS), malformed: [MALFORMED] }

  test('every event and byte ends in one counter of the pipeline', async t => {
    const counters = await consume(t, batch, [faulty(), { export: async () => ALL_DELIVERED }])
    assert.deepEqual([counters.delivered, counters.filtered, counters.deadLettered], [3, 1, 3])
    assert.equal(counters.bytesDelivered, bytes(3, 4, 5))
    assert.equal(counters.bytesFiltered, bytes(0))
    assert.equal(counters.bytesDeadLettered, bytes(1, 2) + 70_000)
  })

  test('each exporter has what it delivered, refused and tried again', async t => {
    const counters = await consume(t, batch, [faulty(), { export: async () => ALL_DELIVERED }])
    const [first, second] = ['exporter-0', 'exporter-1'].map(id => exporterCounters(counters, id))
    assert.deepEqual([first?.delivered, first?.bytesDelivered], [3, bytes(3, 4, 5)])
    assert.deepEqual([first?.rejected, first?.bytesRejected], [1, bytes(2)])
    assert.deepEqual([second?.delivered, second?.bytesDelivered], [4, bytes(2, 3, 4, 5)])
    assert.equal(second?.rejected, 0)
    assert.equal(first?.retries, counters.retries)
    const attempts = Object.entries(first?.attempts ?? {}).map(([kind, { count }]) => [kind, count])
    assert.deepEqual(Object.fromEntries(attempts), { delivered: 2, deferred: 1, rejected: 3, failed: 1 })
  })

  test('batches are counted as they were read', async t => {
    const { batchEvents, batchBytes } = await consume(t, batch, [{ export: async () => ALL_DELIVERED }])
    assert.deepEqual([batchEvents.count, batchEvents.sum], [1, 7])
    assert.deepEqual([batchBytes.count, batchBytes.sum], [1, bytes(0, 1, 2, 3, 4, 5) + 70_000])
  })
})

test('a value that equals a boundary is in the bucket below it, one above all boundaries in the last', () => {
  const distribution = new Distribution([1, 2])
  for (const value of [0, 1, 1.5, 2, 3, 4]) distribution.record(value)
  assert.deepEqual(distribution.counts, [2, 2, 2])
  assert.deepEqual([distribution.count, distribution.sum], [6, 11.5])
})
