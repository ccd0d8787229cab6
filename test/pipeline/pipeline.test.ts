import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import {
  ALL_DELIVERED,
  type Exporter,
  type ExportResult,
  type Processor,
} from '../../src/pipeline/contracts.ts'
import { newCounters } from '../../src/pipeline/counters.ts'
import type { DeadLetterRecord } from '../../src/pipeline/dead-letter-line.ts'
import { DeadLetters } from '../../src/pipeline/dead-letters.ts'
import { PermanentError, RetryableError } from '../../src/pipeline/errors.ts'
import { ExporterHealth } from '../../src/pipeline/health.ts'
import { silentLog } from '../../src/pipeline/log.ts'
import { pipelineConsumer } from '../../src/pipeline/pipeline.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'

const eventNumber = (id: number) =>
  parseEvent(`{"level":"Metadata","auditID":"${id}","stage":"ResponseComplete"}`)
const EVENTS = [0, 1, 2, 3, 4, 5, 6, 7].map(eventNumber)
const ids = (events: readonly AuditEvent[]) => events.map(event => Number(event.auditID))

/** An exporter that does as told; what it was asked is in `asked`. */
function scripted(
  answer: (events: readonly AuditEvent[], attempt: number) => ExportResult | Promise<ExportResult>,
) {
  const asked: number[][] = []
  const exporter: Exporter = {
    async export(batch) {
      asked.push(ids(batch.events))
      return answer(batch.events, asked.length)
    },
  }
  return { exporter, asked }
}

async function pipeline(
  t: TestContext,
  exporters: readonly Exporter[],
  processors: readonly Processor[] = [],
) {
  const path = join(await tempDir(t), 'dead.jsonl')
  const counters = newCounters()
  const stopping = new AbortController()
  t.after(() => stopping.abort())
  const destinations = exporters.map((exporter, index) => ({
    id: `exporter-${index}`,
    exporter,
    health: new ExporterHealth(silentLog),
  }))
  const deadLetters = new DeadLetters(path, 'test', 1e9, silentLog)
  const consume = pipelineConsumer(
    { processors, destinations, deadLetters, counters, backoff: { initialMs: 1, maxMs: 2 } },
    stopping.signal,
  )
  const dead = async () => {
    const text = await readFile(path, 'utf8').catch(() => '')
    return text
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as DeadLetterRecord)
  }
  return { consume, counters, dead, destinations, stopping }
}

suite('delivery', () => {
  test('only what was deferred is sent again', async t => {
    const { exporter, asked } = scripted((events, attempt) => ({
      deferred: attempt === 1 ? events.filter((_, index) => index % 2 === 1) : [],
      rejected: [],
    }))
    const { consume, counters } = await pipeline(t, [exporter])
    await consume(batchOf(EVENTS))
    assert.deepEqual(asked, [
      [0, 1, 2, 3, 4, 5, 6, 7],
      [1, 3, 5, 7],
    ])
    assert.deepEqual([counters.delivered, counters.retries], [8, 1])
  })

  test('events stay in order while a refused batch is halved', async t => {
    const { exporter, asked } = scripted(events => {
      if (ids(events).includes(5)) throw new PermanentError('bad')
      return ALL_DELIVERED
    })
    const { consume, dead } = await pipeline(t, [exporter])
    await consume(batchOf(EVENTS))
    assert.deepEqual(asked, [[0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3], [4, 5, 6, 7], [4, 5], [4], [5], [6, 7]])
    assert.deepEqual(
      (await dead()).map(({ exporter, reason }) => [exporter, reason]),
      [['exporter-0', 'bad']],
    )
  })

  test('an error of no known type is retried, not given up', async t => {
    const { exporter, asked } = scripted((_, attempt) => {
      if (attempt < 3) throw new TypeError('a bug')
      return ALL_DELIVERED
    })
    const { consume, counters } = await pipeline(t, [exporter])
    await consume(batchOf(EVENTS))
    assert.equal(asked.length, 3)
    assert.equal(counters.delivered, 8)
  })
})

suite('several exporters', () => {
  test('one that has the events is not asked again while another fails', async t => {
    const good = scripted(() => ALL_DELIVERED)
    const bad = scripted((_, attempt) => {
      if (attempt < 5) throw new RetryableError('down')
      return ALL_DELIVERED
    })
    const { consume } = await pipeline(t, [good.exporter, bad.exporter])
    await consume(batchOf(EVENTS))
    assert.deepEqual([good.asked.length, bad.asked.length], [1, 5])
  })

  test('an event that one refuses counts once, as dead-lettered', async t => {
    const refusing = scripted(events => ({
      deferred: [],
      rejected: events.slice(0, 1).map(event => ({ event, reason: 'no' })),
    }))
    const { consume, counters, dead } = await pipeline(t, [
      refusing.exporter,
      refusing.exporter,
      scripted(() => ALL_DELIVERED).exporter,
    ])
    await consume(batchOf(EVENTS))
    assert.deepEqual([counters.delivered, counters.deadLettered], [7, 1])
    assert.deepEqual((await dead()).map(({ exporter }) => exporter).toSorted(), ['exporter-0', 'exporter-1'])
  })

  test('each has its own health', async t => {
    const down = scripted(() => {
      throw new RetryableError('down')
    })
    const { consume, destinations, stopping } = await pipeline(t, [
      scripted(() => ALL_DELIVERED).exporter,
      down.exporter,
    ])
    const delivery = consume(batchOf(EVENTS))
    await waitUntil(() => destinations[1]?.health.failure?.reason === 'down', 'the second fails')
    assert.equal(destinations[0]?.health.failure, undefined)
    stopping.abort(new Error('stop'))
    await assert.rejects(delivery, /stop/)
  })
})

suite('processors', () => {
  const dropOdd: Processor = {
    process: batch => batchOf(batch.events.filter(event => Number(event.auditID) % 2 === 0)),
  }

  test('events they drop count as filtered', async t => {
    const { exporter, asked } = scripted(() => ALL_DELIVERED)
    const { consume, counters } = await pipeline(t, [exporter], [dropOdd])
    await consume(batchOf(EVENTS))
    assert.deepEqual(asked, [[0, 2, 4, 6]])
    assert.deepEqual([counters.delivered, counters.filtered], [4, 4])
  })

  test('the event on which one throws goes no further, the others do', async t => {
    const failing: Processor = {
      process(batch) {
        if (ids(batch.events).includes(4)) throw new Error('cannot redact')
        return batch
      },
    }
    const { exporter, asked } = scripted(() => ALL_DELIVERED)
    const { consume, counters, dead } = await pipeline(t, [exporter], [dropOdd, failing])
    await consume(batchOf(EVENTS))
    assert.deepEqual(asked, [[0, 2, 6]])
    assert.deepEqual([counters.delivered, counters.filtered, counters.deadLettered], [3, 4, 1])
    assert.deepEqual(
      (await dead()).map(({ reason, exporter }) => [reason, exporter]),
      [['a processor failed: cannot redact', undefined]],
    )
  })
})

test('malformed lines become dead letters with their position, and no exporter sees them', async t => {
  const { exporter, asked } = scripted(() => ALL_DELIVERED)
  const { consume, counters, dead } = await pipeline(t, [exporter])
  const position = { source: '/var/log/audit.log', offset: 77 }
  const malformed = [
    { raw: Buffer.from('torn'), length: 4, position, reason: 'not JSON' },
    { raw: Buffer.from([0xff]), length: 5000, position, reason: 'longer than maxLineSize' },
  ]
  await consume({ events: [], malformed, bytes: 0 })
  assert.deepEqual(asked, [])
  assert.equal(counters.deadLettered, 2)
  const [first, second] = await dead()
  assert.deepEqual(
    { ...first, time: '' },
    { time: '', pipeline: 'test', reason: 'not JSON', ...position, event: 'torn' },
  )
  assert.deepEqual([second?.eventBase64, second?.length], ['/w==', 5000])
})
