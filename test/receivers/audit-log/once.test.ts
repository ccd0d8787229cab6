import assert from 'node:assert/strict'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { line, lines, numbers, Sink, start, TestLog, until } from './harness.ts'

test('once: rotated files, compressed or not, and the live file to its last line without newline; then done', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 9))
  await log.rotate(1)
  await log.compress(log.backup(1))
  await log.append(lines(10, 19))
  await log.rotate(2)
  await log.append(lines(20, 28) + line(29).trimEnd())
  const { receiver, sink } = await start(log, { once: true })
  await receiver.done
  assert.deepEqual(sink.received, numbers(1, 29))
})

test('once: a second run ships only what came since', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 8) + line(9).trimEnd())
  await (await start(log, { once: true })).receiver.done
  await log.append(`\n${lines(10, 12)}`)
  const { receiver, sink } = await start(log, { once: true })
  await receiver.done
  assert.deepEqual(sink.received, [10, 11, 12])
  assert.deepEqual(sink.malformed, [])
})

test('once: not done before everything is acknowledged', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 9))
  const { receiver, sink } = await start(log, { once: true, sink: new Sink().hold() })
  let isDone = false
  const done = receiver.done?.then(() => {
    isDone = true
  })
  await until(
    () => sink.pending.length === 1,
    () => sink.pending.length,
  )
  assert.equal(isDone, false)
  sink.pending[0]?.resolve()
  await done
})

test('once: rotated files alone are enough', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 9))
  await log.rotate(1)
  const { receiver, sink } = await start(log, { once: true })
  await receiver.done
  assert.deepEqual(sink.received, numbers(1, 9))
})

test('once: no file at all is an error that names it', async t => {
  const log = await TestLog.create(t)
  const { receiver } = await start(log, { once: true })
  await assert.rejects(async () => receiver.done, {
    message: new RegExp(`^nothing to read at ${log.path}: there is no such`),
  })
})

test('once: no folder is an error that names it', async t => {
  const log = await TestLog.create(t)
  await rm(log.folder, { recursive: true })
  const { receiver } = await start(log, { once: true })
  await assert.rejects(async () => receiver.done, { message: new RegExp(`there is no folder ${log.folder}`) })
})

test('once: stopped before everything was acknowledged, it is not done', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 9))
  const { receiver, sink, stop } = await start(log, { once: true, sink: new Sink().hold() })
  await until(
    () => sink.pending.length === 1,
    () => sink.pending.length,
  )
  await stop()
  await assert.rejects(async () => receiver.done)
})

test('once: a log that is away now is not forgotten', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 9))
  await (await start(log, { once: true })).receiver.done
  await rename(log.path, join(log.root, 'away'))
  const second = await start(log, { once: true })
  await assert.rejects(async () => second.receiver.done)
  await rename(join(log.root, 'away'), log.path)
  await log.append(line(10))
  const third = await start(log, { once: true })
  await third.receiver.done
  assert.deepEqual(third.sink.received, [10])
})

test('once: a checkpoint that cannot be saved is an error after everything was delivered', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 9))
  await writeFile(join(log.stateDir, 'checkpoints'), 'in the way of the folder')
  const { receiver, sink } = await start(log, { once: true })
  await assert.rejects(async () => receiver.done, { message: /everything was delivered.*not saved.*repeats/ })
  assert.deepEqual(sink.received, numbers(1, 9))
})
