import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { parseEvent } from '../../src/audit/scan.ts'
import { type AuditBatch, batchOf } from '../../src/pipeline/batch.ts'
import type { Exporter } from '../../src/pipeline/contracts.ts'
import { newCounters } from '../../src/pipeline/counters.ts'
import type { DeadLetterRecord } from '../../src/pipeline/dead-letter-line.ts'
import { DeadLetters } from '../../src/pipeline/dead-letters.ts'
import { ExporterHealth } from '../../src/pipeline/health.ts'
import { silentLog } from '../../src/pipeline/log.ts'
import { pipelineConsumer } from '../../src/pipeline/pipeline.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'

/** What a backend can be made to do with the attempts that come. Each raw line tells the event apart. */
export interface Faults {
  /** Refuses these events for good and takes the others. */
  refuseSome(isRefused: (raw: string) => boolean): void
  /** Refuses a whole request for good if it holds such an event, as a parser does that gives up. */
  refuseRequestsWith(isPoison: (raw: string) => boolean): void
  /** Refuses requests of more events than this for their size (413). */
  refuseLargerThan(events: number): void
  /** Fails the next attempts in a way that can pass. */
  failNext(attempts: number): void
  /** Answers the next attempt with 429 and this Retry-After, in seconds. */
  busyFor(seconds: number): void
  /** Takes the next attempt and does not answer. */
  hangNext(): void
  /** Fails every attempt until `recover`. */
  failAll(): void
  recover(): void
}

/** One exporter with a backend of its own. */
export interface ExporterUnderTest {
  readonly exporter: Exporter
  /** All but the impossible ones. */
  readonly faults: Partial<Faults>
  /** Attempts the backend has seen. */
  attempts(): number
  /** Raw lines the backend has, in order of arrival. */
  received(): Promise<string[]>
}

/** Faults that a backend of this kind does not have, and why; what only they can show is not tested with it. */
export type Impossible = Partial<Record<keyof Faults, string>>

/** The promises every exporter keeps together with `deliver`. */
export function exporterContract(
  name: string,
  open: (t: TestContext) => Promise<ExporterUnderTest>,
  impossible: Impossible = {},
): void {
  const contractTest = (
    title: string,
    fault: keyof Faults | undefined,
    body: (world: World, t: TestContext) => Promise<void>,
  ) => {
    if (fault !== undefined && fault in impossible) return
    test(title, { timeout: 30_000 }, async t => body(await world(t, await open(t)), t))
  }

  suite(`${name} keeps the exporter contract`, () => {
    contractTest('everything is delivered once', undefined, async ({ consume, received, counters }) => {
      await Promise.all([consume(events(0, 300)), consume(events(300, 600)), consume(events(600, 601))])
      assert.deepEqual((await received()).toSorted(), raws(0, 601))
      assert.equal(counters.delivered, 601)
    })

    contractTest('an empty batch needs no attempt', undefined, async ({ consume, attempts }) => {
      await consume([])
      assert.equal(attempts(), 0)
    })

    contractTest(
      'events refused for good become dead letters, the others arrive',
      'refuseSome',
      async world => {
        world.faults.refuseSome(raw => idOf(raw) % 10 === 3)
        await world.consume(events(0, 100))
        const dead = (await world.deadLetters()).map(letter => letter.event)
        for (const raw of raws(0, 100).filter(line => idOf(line) % 10 === 3)) assert.ok(dead.includes(raw))
        assert.deepEqual([...new Set([...(await world.received()), ...dead])].toSorted(), raws(0, 100))
        assert.equal(world.counters.delivered + world.counters.deadLettered, 100)
      },
    )

    contractTest('one poison event in 5,000 is found by halving', 'refuseRequestsWith', async world => {
      world.faults.refuseRequestsWith(raw => idOf(raw) === 3333)
      await world.consume(events(0, 5000))
      assert.deepEqual(
        (await world.deadLetters()).map(letter => letter.event),
        [rawOf(3333)],
      )
      assert.deepEqual(
        (await world.received()).toSorted(),
        raws(0, 5000).filter(raw => idOf(raw) !== 3333),
      )
      assert.ok(world.attempts() < 50, `${world.attempts()} attempts`)
    })

    contractTest('a request refused for its size is halved', 'refuseLargerThan', async world => {
      world.faults.refuseLargerThan(30)
      await world.consume(events(0, 100))
      assert.deepEqual((await world.received()).toSorted(), raws(0, 100))
      assert.deepEqual(await world.deadLetters(), [])
    })

    contractTest(
      'a single event refused for its size becomes a dead letter',
      'refuseLargerThan',
      async world => {
        world.faults.refuseLargerThan(0)
        await world.consume(events(0, 1))
        assert.deepEqual(
          (await world.deadLetters()).map(letter => letter.event),
          raws(0, 1),
        )
      },
    )

    contractTest('a batch that fails as a whole is sent again', 'failNext', async world => {
      world.faults.failNext(3)
      await world.consume(events(0, 50))
      assert.deepEqual((await world.received()).toSorted(), raws(0, 50))
      assert.ok(world.counters.retries >= 3)
    })

    contractTest('Retry-After is waited for', 'busyFor', async world => {
      world.faults.busyFor(1)
      const start = performance.now()
      await world.consume(events(0, 5))
      assert.ok(performance.now() - start >= 990)
      assert.deepEqual((await world.received()).toSorted(), raws(0, 5))
    })

    contractTest('an attempt without an answer times out and is made again', 'hangNext', async world => {
      world.faults.hangNext()
      await world.consume(events(0, 5))
      assert.ok((await world.received()).length >= 5)
      assert.ok(world.attempts() >= 2)
    })

    contractTest(
      'stopping aborts an attempt in flight; the batch stays unacknowledged',
      'hangNext',
      async world => {
        world.faults.hangNext()
        const delivery = world.consume(events(0, 5))
        await waitUntil(() => world.attempts() === 1, 'the attempt is in flight')
        world.stop()
        await assert.rejects(delivery, /test stops/)
        assert.equal(world.counters.delivered, 0)
      },
    )

    contractTest('stopping ends retries; the batch stays unacknowledged', 'failAll', async world => {
      world.faults.failAll()
      const delivery = world.consume(events(0, 5))
      await waitUntil(() => world.counters.retries >= 2, 'two retries')
      assert.match(world.health.failure?.reason ?? '', /\w+/)
      world.stop()
      await assert.rejects(delivery, /test stops/)
      assert.equal(world.counters.delivered, 0)
    })

    contractTest('it delivers again, and is healthy, when the backend is back', 'recover', async world => {
      world.faults.failAll()
      const delivery = world.consume(events(0, 5))
      await waitUntil(() => world.health.failure !== undefined, 'the failure is noticed')
      world.faults.recover()
      await delivery
      assert.deepEqual((await world.received()).toSorted(), raws(0, 5))
      assert.equal(world.health.failure, undefined)
    })
  })
}

const missing = () => assert.fail('this fault is neither provided nor said to be impossible')
const NO_FAULTS: Faults = {
  refuseSome: missing,
  refuseRequestsWith: missing,
  refuseLargerThan: missing,
  failNext: missing,
  busyFor: missing,
  hangNext: missing,
  failAll: missing,
  recover: missing,
}

interface World extends ExporterUnderTest {
  readonly faults: Faults
  consume(events: AuditBatch['events']): Promise<void>
  stop(): void
  deadLetters(): Promise<DeadLetterRecord[]>
  readonly counters: ReturnType<typeof newCounters>
  readonly health: ExporterHealth
}

async function world(t: TestContext, underTest: ExporterUnderTest): Promise<World> {
  const path = join(await tempDir(t), 'dead.jsonl')
  const stopping = new AbortController()
  const counters = newCounters()
  const health = new ExporterHealth(silentLog)
  const consumer = pipelineConsumer(
    {
      processors: [],
      destinations: [{ id: 'tested', exporter: underTest.exporter, health }],
      deadLetters: new DeadLetters(path, 'test', 1e9, silentLog),
      counters,
      backoff: { initialMs: 5, maxMs: 40 },
    },
    stopping.signal,
  )
  await underTest.exporter.start?.()
  t.after(async () => {
    stopping.abort()
    await underTest.exporter.stop?.()
  })
  return {
    ...underTest,
    faults: { ...NO_FAULTS, ...underTest.faults },
    counters,
    health,
    consume: list => consumer(batchOf(list)),
    stop: () => stopping.abort(new Error('test stops')),
    async deadLetters() {
      const text = await readFile(path, 'utf8').catch(() => '')
      return text
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line) as DeadLetterRecord)
    },
  }
}

/** The line of test event number `id`. */
const rawOf = (id: number) =>
  `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"${String(id).padStart(6, '0')}","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list","stageTimestamp":"2026-01-02T03:04:05.000006Z"}`
const idOf = (raw: string) => Number(/"auditID":"(\d+)"/.exec(raw)?.[1])
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const raws = (from: number, to: number) => range(from, to).map(rawOf)
const events = (from: number, to: number) => raws(from, to).map(raw => parseEvent(raw))
