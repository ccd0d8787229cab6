import assert from 'node:assert/strict'
import { readdir, rename, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { line, lines, numbers, receives, start, TestLog, until, withoutInfo } from './harness.ts'

const sorted = (list: readonly number[]) => list.toSorted((a, b) => a - b)

test('the clock is set back between two rotations while stopped: all arrives, only the order follows the names', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const first = await start(log)
  await receives(first, numbers(1, 5))
  await first.stop()
  await log.append(lines(6, 9))
  await log.rotate(50)
  await log.append(lines(10, 19))
  await log.rotate(20)
  await log.append(lines(20, 29))
  const second = await start(log)
  await until(
    () => second.sink.received.length >= 24,
    () => second.said,
  )
  assert.deepEqual(sorted(second.sink.received), numbers(6, 29))
  await second.stop()
  const third = await start(log, { once: true })
  await third.receiver.done
  assert.deepEqual(third.sink.received, [])
  assert.deepEqual(withoutInfo(second), [])
})

test('the clock is set back between two rotations while following: all arrives in the order of writing', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const running = await start(log)
  await receives(running, numbers(1, 5))
  await log.rotate(50)
  await log.append(lines(6, 9))
  await receives(running, numbers(1, 9))
  await log.rotate(20)
  await log.append(lines(10, 19))
  await receives(running, numbers(1, 19))
  assert.deepEqual(withoutInfo(running), [])
})

test('rotated files whose names and times are later than now are read like any others', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  await rename(log.path, join(log.folder, 'audit-2099-01-02T03-04-05.000.log'))
  await log.append(lines(6, 9))
  await rename(log.path, join(log.folder, 'audit-2099-01-02T03-04-06.000.log'))
  await log.compress(join(log.folder, 'audit-2099-01-02T03-04-06.000.log'))
  await log.append(line(10))
  for (const name of await readdir(log.folder)) await utimes(join(log.folder, name), 4e9, 4e9)
  const running = await start(log)
  await receives(running, numbers(1, 10))
  await log.append(line(11))
  await receives(running, numbers(1, 11))
})

test('the clock is set back by a day while following: growth, rotation and checkpoint go on', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const running = await start(log)
  await receives(running, numbers(1, 5))
  const { now } = Date
  t.mock.method(Date, 'now', () => now() - 86_400_000)
  await log.append(line(6))
  await utimes(log.path, 1e9, 1e9)
  await log.append(line(7))
  await log.rotate(1)
  await log.append(line(8))
  await receives(running, numbers(1, 8))
  await running.stop()
  await log.append(line(9))
  await receives(await start(log), [9])
})
