import assert from 'node:assert/strict'
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import { ALL_DELIVERED, type Exporter } from '../../src/pipeline/contracts.ts'
import { newCounters } from '../../src/pipeline/counters.ts'
import { eventLetter } from '../../src/pipeline/dead-letter.ts'
import { DeadLetters } from '../../src/pipeline/dead-letters.ts'
import { PermanentError, RetryableError } from '../../src/pipeline/errors.ts'
import { ExporterHealth } from '../../src/pipeline/health.ts'
import { silentLog } from '../../src/pipeline/log.ts'
import { pipelineConsumer } from '../../src/pipeline/pipeline.ts'
import { replay } from '../../src/pipeline/replay.ts'
import { redactProcessor } from '../../src/processors/redact/index.ts'
import { tempDir } from '../temp-dir.ts'

const RAW = (id: number) => `{"level":"Metadata","auditID":"${id}","stage":"ResponseComplete"}`
const letterOf = (id: number) => eventLetter(parseEvent(RAW(id)), 'refused')
const NEVER = new AbortController().signal

/** A pipeline with two exporters, `a` and `b`, that note what they get; `refuses` makes them refuse an event. */
async function world(t: TestContext, refuses: (raw: string) => boolean = () => false, failing = false) {
  const path = join(await tempDir(t), 'p.jsonl')
  const received: Record<string, string[]> = { a: [], b: [] }
  const events: AuditEvent[] = []
  const destination = (id: string) => {
    const exporter: Exporter = {
      async export(batch) {
        if (failing) throw new RetryableError('down')
        events.push(...batch.events)
        if (batch.events.some(event => refuses(event.raw.toString()))) throw new PermanentError('still bad')
        received[id]?.push(...batch.events.map(event => event.raw.toString()))
        return ALL_DELIVERED
      },
    }
    return { id, exporter, health: new ExporterHealth(silentLog) }
  }
  const deadLetters = new DeadLetters(path, 'p', 1e9, silentLog)
  const destinations = [destination('a'), destination('b')]
  const counters = newCounters()
  const parts = {
    processors: [],
    destinations,
    deadLetters,
    counters,
    backoff: { initialMs: 1, maxMs: 2 },
  }
  const target = {
    deadLetters,
    destinations,
    counters,
    processors: [],
    consumer: pipelineConsumer(parts, NEVER),
  }
  return { target, path, received, events, deadLetters }
}

test('letters go to the exporter that refused them, and the file is gone', async t => {
  const { target, path, received, deadLetters } = await world(t)
  await deadLetters.write(
    [
      { ...letterOf(1), exporter: 'a' },
      { ...letterOf(2), exporter: 'b' },
      { ...letterOf(3), exporter: 'a' },
    ],
    NEVER,
  )
  assert.deepEqual(await replay(target, NEVER), { delivered: 3, kept: 0 })
  assert.deepEqual(received, { a: [RAW(1), RAW(3)], b: [RAW(2)] })
  assert.deepEqual(await readdir(dirname(path)), [])
})

test('an event that was redacted or stands for others keeps its identity and rate', async t => {
  const { target, events, deadLetters } = await world(t)
  const event = parseEvent(RAW(1))
  event.knownIdentity = 'of-the-original'
  event.sampleRate = 10
  await deadLetters.write([{ ...eventLetter(event, 'refused'), exporter: 'a' }], NEVER)
  await replay(target, NEVER)
  assert.deepEqual([events[0]?.identity(''), events[0]?.sampleRate], ['of-the-original', 10])
})

test('letters from before redaction was turned on are redacted, and nothing else happens to them', async t => {
  const { target, path, received, events, deadLetters } = await world(t)
  const redact = redactProcessor.create(
    redactProcessor.options.parse({ mode: 'hash', key: '0123456789abcdef' }),
    { resource: {} } as never,
  )
  const dropsAll = { process: () => batchOf([]) }
  const secret = parseEvent(
    RAW(1).replace('}', ',"objectRef":{"resource":"secrets"},"requestObject":{"data":{"a":"UGw0bnQzZA=="}}}'),
  )
  const processors = [{ processor: redact }, { processor: dropsAll }]
  await deadLetters.write([{ ...eventLetter(secret, 'refused'), exporter: 'a' }], NEVER)
  assert.deepEqual(await replay({ ...target, processors }, NEVER), { delivered: 1, kept: 0 })
  const [first] = events
  assert.match(received.a?.[0] ?? '', /"a":"<hmac:[\w-]{22}>"/)
  assert.equal(first?.identity(''), secret.identity(''))
  // Once more: it stays as it is.
  await deadLetters.write([{ ...eventLetter(first as AuditEvent, 'refused'), exporter: 'a' }], NEVER)
  await replay({ ...target, processors }, NEVER)
  assert.equal(received.a?.[1], received.a?.[0])
  // What is no event is kept, with what may be kept of it, however often.
  await deadLetters.write(
    [{ reason: 'not JSON', source: 's', offset: 1, raw: Buffer.from('token=Pl4nt3d') }],
    NEVER,
  )
  for (let round = 0; round < 2; round++) {
    await replay({ ...target, processors }, NEVER)
    const kept = JSON.parse(await readFile(path, 'utf8'))
    assert.deepEqual([kept.event, kept.length], ['<redacted: 13 bytes>', 13])
  }
})

test('a letter on which redaction fails is kept without what may be secret', async t => {
  const { target, path, received, deadLetters } = await world(t)
  const processor = {
    process() {
      throw new Error('broken')
    },
    withhold: () => Buffer.from('withheld'),
  }
  await deadLetters.write([{ ...letterOf(1), exporter: 'a' }], NEVER)
  assert.deepEqual(await replay({ ...target, processors: [{ processor }] }, NEVER), { delivered: 0, kept: 1 })
  assert.deepEqual(received.a, [])
  const kept = JSON.parse(await readFile(path, 'utf8'))
  assert.deepEqual([kept.event, kept.reason], ['withheld', 'a processor failed: broken'])
})

test('letters that never reached an exporter go through the whole pipeline', async t => {
  const { target, received, deadLetters } = await world(t)
  await deadLetters.write([letterOf(1)], NEVER)
  assert.deepEqual(await replay(target, NEVER), { delivered: 1, kept: 0 })
  assert.deepEqual(received, { a: [RAW(1)], b: [RAW(1)] })
})

test('what is refused again is kept, with its position; the rest is delivered', async t => {
  const { target, path, deadLetters } = await world(t, raw => raw === RAW(2))
  await deadLetters.write(
    [1, 2, 3].map(id => ({ ...letterOf(id), source: 'audit.log', offset: id, exporter: 'a' })),
    NEVER,
  )
  assert.deepEqual(await replay(target, NEVER), { delivered: 2, kept: 1 })
  const kept = JSON.parse(await readFile(path, 'utf8'))
  assert.deepEqual([kept.event, kept.reason, kept.source, kept.offset], [RAW(2), 'still bad', 'audit.log', 2])
})

test('lines that are no audit event, and torn ones of the file itself, are kept', async t => {
  const { target, path, deadLetters } = await world(t)
  await deadLetters.write(
    [{ reason: 'not JSON', source: 's', offset: 1, raw: Buffer.from([0xfe, 0x0a]) }],
    NEVER,
  )
  await deadLetters.write(
    [{ reason: 'too long', source: 's', offset: 2, raw: Buffer.from(RAW(1)), length: 1e9 }],
    NEVER,
  )
  await appendFile(path, '{"half')
  assert.deepEqual(await replay(target, NEVER), { delivered: 0, kept: 3 })
  const kept = (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.deepEqual(
    kept.map(({ reason }) => reason),
    ['not JSON', 'too long', 'a torn line of the dead-letter file'],
  )
  assert.deepEqual([kept[0].eventBase64, kept[1].length, kept[2].event], ['/go=', 1e9, '{"half'])
})

test('letters for an exporter that is not configured any more are kept', async t => {
  const { target, deadLetters } = await world(t)
  await deadLetters.write([{ ...letterOf(1), exporter: 'gone' }], NEVER)
  assert.deepEqual(await replay(target, NEVER), { delivered: 0, kept: 1 })
})

test('a replay that is interrupted is taken up by the next', async t => {
  const failing = await world(t, undefined, true)
  await failing.deadLetters.write([{ ...letterOf(1), exporter: 'a' }], NEVER)
  await assert.rejects(replay(failing.target, AbortSignal.timeout(30)), { name: 'TimeoutError' })
  const working = await world(t)
  const deadLetters = new DeadLetters(failing.path, 'p', 1e9, silentLog)
  await deadLetters.write([{ ...letterOf(2), exporter: 'a' }], NEVER)
  assert.deepEqual(await replay({ ...working.target, deadLetters }, NEVER), { delivered: 2, kept: 0 })
  assert.deepEqual(working.received.a, [RAW(1), RAW(2)])
})

test('without dead letters there is nothing to do', async t => {
  const { target, path } = await world(t)
  assert.deepEqual(await replay(target, NEVER), { delivered: 0, kept: 0 })
  await writeFile(path, '')
  assert.deepEqual(await replay(target, NEVER), { delivered: 0, kept: 0 })
})

test('letters with line separators of Unicode are whole', async t => {
  const { target, received, deadLetters } = await world(t)
  const raw = '{"level":"Metadata","auditID":"a\u2028b\u2029","stage":"ResponseComplete"}'
  await deadLetters.write(
    [{ ...letterOf(1), raw: Buffer.from(raw), reason: 'a\u2028b', exporter: 'a' }],
    NEVER,
  )
  assert.deepEqual(await replay(target, NEVER), { delivered: 1, kept: 0 })
  assert.deepEqual(received.a, [raw])
})

test('a letter that two exporters refuse counts once as kept', async t => {
  const { target, deadLetters } = await world(t, () => true)
  await deadLetters.write([letterOf(1)], NEVER)
  assert.deepEqual(await replay(target, NEVER), { delivered: 0, kept: 1 })
})
