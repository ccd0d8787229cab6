import assert from 'node:assert/strict'
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  lines,
  numbers,
  type Running,
  receives,
  Sink,
  start,
  TestLog,
  until,
  withoutInfo,
} from './harness.ts'

const checkpoint = (log: TestLog) => join(log.stateDir, 'checkpoints', 'test@auditLog.json')

/** As SIGKILL would: what it saved until now is all that is left of it. */
async function kill(log: TestLog, running: Running): Promise<void> {
  const saved = await readFile(checkpoint(log))
  await running.stop()
  await writeFile(checkpoint(log), saved)
}

const savedNames = async (log: TestLog) =>
  Object.values<{ name: string }[]>(JSON.parse(await readFile(checkpoint(log), 'utf8')).logs)
    .flat()
    .map(({ name }) => name)

/** Three rotated files and the live one, each of 10 events, and a backend that acknowledges nothing. */
async function deadBackend(log: TestLog): Promise<Running> {
  for (const n of [1, 2, 3]) {
    await log.append(lines(n * 10, n * 10 + 9))
    await log.rotate(n)
  }
  await log.append(lines(40, 49))
  const running = await start(log, { options: { maxInFlight: 4 }, sink: new Sink().hold() })
  await until(
    async () => running.sink.pending.length === 4 && (await savedNames(log)).length === 4,
    () => running.said,
  )
  return running
}

const size = (from: number, to: number) => lines(from, to).length

test('killed while the backend is dead: files deleted meanwhile are gaps of their sizes, the others arrive', async t => {
  const log = await TestLog.create(t)
  await kill(log, await deadBackend(log))
  await rm(log.backup(1))
  await log.compress(log.backup(2))
  await rm(log.backup(3))
  const second = await start(log)
  await receives(second, [...numbers(20, 29), ...numbers(40, 49)])
  await until(
    () => second.counters.bytesLost > 0,
    () => second.said,
  )
  assert.equal(second.counters.bytesLost, size(10, 19) + size(30, 39))
  assert.deepEqual(
    withoutInfo(second).map(text =>
      text.replace(/.*(audit-\S+) (was read to byte 0 and is gone).*/, '$1 $2'),
    ),
    [1, 3].map(n => `${log.backup(n).replace(/.*\//, '')} was read to byte 0 and is gone`),
  )
})

test('killed while the backend is dead: the live file, deleted meanwhile, is a gap', async t => {
  const log = await TestLog.create(t)
  await kill(log, await deadBackend(log))
  await rm(log.path)
  await log.append(lines(50, 59))
  const second = await start(log)
  await receives(second, [...numbers(10, 39), ...numbers(50, 59)])
  await until(
    () => second.counters.bytesLost > 0,
    () => second.said,
  )
  assert.equal(second.counters.bytesLost, size(40, 49))
})

test('killed while the backend is dead: a file that was empty when it was opened is a gap too', async t => {
  const log = await TestLog.create(t)
  await writeFile(log.path, '')
  const first = await start(log, { sink: new Sink().hold() })
  await until(
    async () => (await readFile(checkpoint(log), 'utf8')).includes(log.path),
    () => first.said,
  )
  await log.append(lines(1, 9))
  await until(
    async () => (await savedNames(log)).length === 1,
    () => first.said,
  )
  await kill(log, first)
  await rm(log.path)
  await log.append(lines(10, 19))
  const second = await start(log)
  await receives(second, numbers(10, 19))
  await until(
    () => second.counters.bytesLost > 0,
    () => second.said,
  )
  assert.ok(second.counters.bytesLost >= size(1, 1) && second.counters.bytesLost <= size(1, 9))
})

test('killed while the backend is dead: nothing deleted, nothing lost, all arrives', async t => {
  const log = await TestLog.create(t)
  await kill(log, await deadBackend(log))
  await log.rotate(4)
  await log.compress(log.backup(4))
  await log.append(lines(50, 59))
  const second = await start(log)
  await receives(second, numbers(10, 59))
  await second.stop()
  const third = await start(log, { once: true })
  await third.receiver.done
  assert.deepEqual([...withoutInfo(second), ...withoutInfo(third), ...third.sink.received], [])
})

test('a gap that was reported is not reported again after a restart, though nothing was acknowledged', async t => {
  const log = await TestLog.create(t)
  const options = { batchSize: 1024, maxInFlight: 1 }
  for (const n of [1, 2]) {
    await log.append(lines(n * 10, n * 10 + 9))
    await log.rotate(n)
  }
  await log.append(lines(30, 39))
  const first = await start(log, { options, sink: new Sink().hold() })
  await until(
    async () => (await savedNames(log)).length === 2,
    () => first.said,
  )
  await rm(log.backup(2))
  await until(
    async () => first.counters.bytesLost > 0 && (await savedNames(log)).length === 1,
    () => first.said,
  )
  assert.equal(first.counters.bytesLost, size(20, 29))
  await kill(log, first)
  const second = await start(log, { options, once: true })
  await second.receiver.done
  assert.deepEqual(second.sink.received, [...numbers(10, 19), ...numbers(30, 39)])
  assert.equal(second.counters.bytesLost, 0)
})

test('a gap found at a restart while the backend is still dead is not reported again at the next one', async t => {
  const log = await TestLog.create(t)
  await kill(log, await deadBackend(log))
  await rm(log.backup(1))
  const second = await start(log, { options: { maxInFlight: 4 }, sink: new Sink().hold() })
  await until(
    async () => second.counters.bytesLost > 0 && (await savedNames(log)).length === 3,
    () => second.said,
  )
  await kill(log, second)
  const third = await start(log, { once: true })
  await third.receiver.done
  assert.equal(third.counters.bytesLost, 0)
  assert.deepEqual(third.sink.received, numbers(20, 49))
})

test('what was read and not acknowledged is a gap when its file is deleted after the process was killed', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 100))
  await log.rotate(1)
  await log.append(lines(101, 105))
  const first = await start(log, { options: { batchSize: 1024, maxInFlight: 2 }, sink: new Sink().hold() })
  const { pending, batches } = first.sink
  await until(
    () => pending.length === 2,
    () => first.said,
  )
  pending[0]?.resolve()
  const acknowledged = batches[0]?.events.length ?? 0
  await until(
    async () =>
      (await readFile(checkpoint(log), 'utf8')).includes(`"offset":${lines(1, acknowledged).length},`),
    () => first.said,
  )
  await kill(log, first)
  await rm(log.backup(1))
  const second = await start(log, { once: true })
  await second.receiver.done
  assert.equal(second.counters.bytesLost, lines(acknowledged + 1, 100).length)
})

test('truncated while the backend is dead: a gap at once, of all that was there, and what comes then arrives', async t => {
  const log = await TestLog.create(t)
  const options = { batchSize: 1024, maxInFlight: 1, pollInterval: '10ms' }
  await log.append(lines(1, 5))
  const running = await start(log, { options, sink: new Sink().hold() })
  await until(
    () => running.sink.pending.length === 1,
    () => running.said,
  )
  const read = running.counters.bytesRead
  await log.append(lines(6, 20))
  await until(
    async () => (await readFile(checkpoint(log), 'utf8')).includes(`"size":${size(1, 20)},`),
    () => running.said,
  )
  await writeFile(log.path, '')
  await until(
    () => running.counters.bytesLost > 0,
    () => running.said,
  )
  assert.equal(running.counters.bytesLost, size(1, 20) - read)
  assert.equal(running.sink.pending.length, 1)
  running.sink.release()
  await log.append(lines(21, 25))
  await until(
    () => running.sink.received.at(-1) === 25,
    () => running.said,
  )
})

for (const { title, make } of [
  { title: 'a link to nothing', make: (path: string) => symlink(`${path}.nowhere`, path) },
  { title: 'a folder', make: (path: string) => mkdir(path) },
])
  test(`${title} with the name of a rotated file is an error, and hides no gap`, async t => {
    const log = await TestLog.create(t)
    await make(log.backup(3))
    await kill(log, await deadBackendOnTwo(log))
    await rm(log.backup(1))
    const second = await start(log)
    await until(
      () => second.counters.bytesLost > 0,
      () => second.said,
    )
    assert.equal(second.counters.bytesLost, size(10, 19))
    assert.match(
      withoutInfo(second).join(),
      /ERROR cannot read .*03-00-03.000.log: .*(link to nothing|directory)/,
    )
  })

/** A rotated file and the live one, each of 10 events, and a backend that acknowledges nothing. */
async function deadBackendOnTwo(log: TestLog): Promise<Running> {
  await log.append(lines(10, 19))
  await log.rotate(1)
  await log.append(lines(20, 29))
  const running = await start(log, { sink: new Sink().hold() })
  await until(
    async () => running.sink.pending.length === 2 && (await savedNames(log)).length === 2,
    () => running.said,
  )
  return running
}
