import assert from 'node:assert/strict'
import { test } from 'node:test'
import { line, receives, start, TestLog } from './harness.ts'

const whole = (n: number) => line(n).trimEnd()
const torn = (n: number) => whole(n).slice(0, 200)
const withBody = (n: number, body: string) => whole(n).replace(/}$/, `,"requestObject":${body}}`)
const CORE_EVENT = '{"kind":"Event","apiVersion":"v1","metadata":{"name":"pod.17"}}'

interface Row {
  readonly title: string
  /** What the API servers wrote; the last one wrote a newline. */
  readonly text: string
  readonly events: readonly number[]
  readonly malformed: readonly string[]
}

const ROWS: readonly Row[] = [
  {
    title: 'a torn event and a whole one',
    text: torn(1) + whole(2),
    events: [2],
    malformed: [torn(1)],
  },
  {
    title: 'two torn events and a whole one',
    text: torn(1) + torn(2) + whole(3),
    events: [3],
    malformed: [torn(1) + torn(2)],
  },
  {
    title: 'an event that lacks nothing but its newline',
    text: whole(1) + whole(2),
    events: [1, 2],
    malformed: [],
  },
  {
    title: 'an event torn within its request body, an Event of the core API',
    text: withBody(1, CORE_EVENT).slice(0, -20) + whole(2),
    events: [2],
    malformed: [withBody(1, CORE_EVENT).slice(0, -20)],
  },
  {
    title: 'a torn event and one whose request body is an event of the audit API',
    text: torn(1) + withBody(2, whole(3)),
    events: [2],
    malformed: [torn(1)],
  },
  {
    title: 'an event torn right behind a request body that looks like an event',
    text: withBody(1, whole(9)).slice(0, -1) + whole(2),
    events: [2],
    malformed: [withBody(1, whole(9)).slice(0, -1)],
  },
  {
    title: 'a torn event, the NULs a power failure leaves, and a whole one',
    text: `${torn(1)}${'\0'.repeat(5000)}${whole(2)}`,
    events: [2],
    malformed: [torn(1)],
  },
  {
    title: 'an event, NULs instead of its newline, and another one',
    text: `${whole(1)}${'\0'.repeat(300)}${whole(2)}`,
    events: [1, 2],
    malformed: [],
  },
  {
    title: 'a whole event with garbage behind it',
    text: `${whole(1)}garbage`,
    events: [],
    malformed: [`${whole(1)}garbage`],
  },
]

for (const { title, text, events, malformed } of ROWS)
  for (const batchSize of [1024, 1024 * 1024])
    test(`${title}, in one line, by batches of ${batchSize} bytes`, async t => {
      const log = await TestLog.create(t)
      await log.append(`${line(50)}${text}\n${line(51)}`)
      const running = await start(log, { options: { batchSize } })
      await receives(running, [50, ...events, 51])
      const found = running.sink.malformed
      assert.deepEqual(
        found.map(({ raw }) => raw.toString()),
        malformed,
      )
      for (const { raw, position } of found)
        assert.equal(position.offset, line(50).length + text.indexOf(raw.toString()))
      assert.equal(running.counters.read, 2 + events.length + malformed.length)
    })

test('a torn last line of a rotated file that ends behind a made-up event is malformed as a whole', async t => {
  const log = await TestLog.create(t)
  const text = withBody(1, whole(9)).slice(0, -1)
  await log.append(text)
  await log.rotate(1)
  await log.append(line(2))
  const running = await start(log)
  await receives(running, [2])
  assert.deepEqual(
    running.sink.malformed.map(({ raw }) => raw.toString()),
    [text],
  )
})

test('a malformed line is kept whole up to maxLineSize', async t => {
  const log = await TestLog.create(t)
  const text = line(1, 300_000).slice(0, -3)
  await log.append(`${text}\n${line(2)}`)
  const running = await start(log, { options: { batchSize: 4096 } })
  await receives(running, [2])
  assert.equal(running.sink.malformed[0]?.raw.toString(), text)
})
