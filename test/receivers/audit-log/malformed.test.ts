import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { test } from 'node:test'
import { line, lines, numbers, receives, start, TestLog } from './harness.ts'

const TOO_LONG = 'a line longer than maxLineSize (4096 bytes)'

interface Row {
  readonly title: string
  readonly text: string
  readonly reason: RegExp
}

const ROWS: readonly Row[] = [
  { title: 'garbage', text: 'no json at all', reason: /not JSON/ },
  { title: 'a torn event', text: line(7).slice(0, 200), reason: /not JSON/ },
  { title: 'another JSON object', text: '{"kind":"Pod"}', reason: /another kind/ },
  { title: 'a JSON array', text: '[1,2]', reason: /no object/ },
  {
    title: 'a line longer than maxLineSize',
    text: line(7, 5000).trimEnd(),
    reason: /longer than maxLineSize/,
  },
]

for (const { title, text, reason } of ROWS)
  test(`${title} is malformed, with position and reason, and stops nothing`, async t => {
    const log = await TestLog.create(t)
    await log.append(`${line(1)}${text}\n${line(2)}`)
    const running = await start(log, { options: { maxLineSize: '4KiB', batchSize: '1KiB' } })
    await receives(running, [1, 2])
    const [found, ...others] = running.sink.malformed
    assert.deepEqual(others, [])
    assert.match(found?.reason ?? '', reason)
    assert.deepEqual(found?.position, { source: log.path, offset: line(1).length })
    assert.equal(found?.length, text.length)
    assert.equal(found?.raw.toString(), text)
    assert.equal(running.counters.read, 3)
  })

test('lines of open brackets are each read once, not on to the end of the batch', {
  timeout: 10_000,
}, async t => {
  const log = await TestLog.create(t)
  await log.append('[\n{"a":[\n'.repeat(100_000) + line(1))
  const running = await start(log)
  await receives(running, [1])
  assert.equal(running.sink.malformed.length, 200_000)
})

test('lines with nothing or only white space in them are no lines', async t => {
  const log = await TestLog.create(t)
  await log.append(`\n\n${line(1)}\n\r\n  \t\n${line(2).trimEnd()}\r\n \n`)
  const running = await start(log)
  await receives(running, [1, 2])
  assert.deepEqual(running.sink.malformed, [])
  assert.equal(running.counters.read, 2)
})

test('a line of exactly maxLineSize is an event, one byte more is not', async t => {
  const log = await TestLog.create(t)
  const size = 4096
  const padding = size - line(1).length + 1
  await log.append(line(1, padding) + line(2, padding + 1) + line(3))
  const running = await start(log, { options: { maxLineSize: size, batchSize: 1024 } })
  await receives(running, [1, 3])
  assert.equal(running.sink.malformed[0]?.length, size + 1)
  assert.equal(running.sink.malformed[0]?.reason, TOO_LONG)
})

test('events of every length around the batch size arrive whole', async t => {
  const log = await TestLog.create(t)
  const text = numbers(1, 300)
    .map(n => line(n, 400 + n))
    .join('')
  await log.append(text)
  const running = await start(log, { options: { batchSize: 1024 } })
  await receives(running, numbers(1, 300))
  assert.equal(running.counters.bytesRead, text.length)
})

test('a line of 300 MB keeps its first 64 KiB, and memory stays flat', { timeout: 60_000 }, async t => {
  const log = await TestLog.create(t)
  const file = createWriteStream(log.path)
  file.write(line(1))
  const piece = Buffer.alloc(10_000_000, 'x')
  for (let n = 0; n < 30; n++) if (!file.write(piece)) await once(file, 'drain')
  file.end(`\n${lines(2, 9)}`)
  await once(file, 'close')
  const before = process.memoryUsage().rss
  const running = await start(log)
  await receives(running, numbers(1, 9))
  const [long] = running.sink.malformed
  assert.equal(long?.length, 300_000_000)
  assert.equal(long?.raw.length, 64 * 1024)
  const grown = (process.memoryUsage().rss - before) / 1e6
  assert.ok(grown < 80, `resident memory grew by ${grown} MB`)
})
