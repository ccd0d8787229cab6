import assert from 'node:assert/strict'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { bytesBehind } from '../../../src/receivers/audit-log/bytes-behind.ts'
import { Sighting } from '../../../src/receivers/audit-log/sightings.ts'
import { line, lines, numbers, type Running, receives, Sink, start, TestLog, until } from './harness.ts'

const size = (from: number, to: number) => lines(from, to).length
const EVENT_TIME = Date.parse('2026-01-02T03:04:05.000Z')

async function isBehind(running: Running, bytes: number): Promise<void> {
  const status = () => running.receiver.status?.()
  await until(() => status()?.bytesBehind === bytes, status)
}

test('is behind by all rotated files and the live one while nothing is acknowledged, and by nothing after that', async t => {
  const log = await TestLog.create(t)
  await log.fillFour()
  const begin = Date.now()
  // One place: the live file is waiting to be opened, and its size is known all the same.
  const running = await start(log, { sink: new Sink().hold(), options: { maxInFlight: 1 } })
  await until(
    () => running.sink.pending.length === 1,
    () => running.said,
  )
  await isBehind(running, size(10, 49))
  const oldest = running.receiver.status?.().oldestUnacknowledged
  assert.equal(oldest?.eventAt, EVENT_TIME)
  assert.ok(oldest && oldest.readAt >= begin && oldest.readAt <= Date.now())
  running.sink.release()
  await receives(running, numbers(10, 49))
  await isBehind(running, 0)
  assert.equal(running.receiver.status?.().oldestUnacknowledged, undefined)
})

test('is behind by what is written to the live file while a batch of it is not acknowledged', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 10))
  const running = await start(log, { sink: new Sink().hold(), options: { maxInFlight: 1 } })
  await isBehind(running, size(1, 10))
  await log.append(lines(11, 20))
  await isBehind(running, size(1, 20))
  running.sink.release()
  await isBehind(running, 0)
  await log.append(line(21))
  await receives(running, numbers(1, 21))
  await isBehind(running, 0)
})

test('after a restart it is behind by what was not acknowledged before', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 10))
  const first = await start(log)
  await receives(first, numbers(1, 10))
  await isBehind(first, 0)
  await first.stop()
  await log.append(lines(11, 15))
  const second = await start(log, { sink: new Sink().hold() })
  await isBehind(second, size(11, 15))
})

test('what is gone is not behind any more', async t => {
  const log = await TestLog.create(t)
  for (const n of [1, 2]) {
    await log.append(lines(n * 10, n * 10 + 9))
    await log.rotate(n)
  }
  await log.append(lines(30, 39))
  const running = await start(log, { sink: new Sink().hold(), options: { maxInFlight: 1 } })
  await isBehind(running, size(10, 39))
  await rm(log.backup(2))
  await until(
    () => running.counters.gaps === 1,
    () => running.said,
  )
  await isBehind(running, size(10, 19) + size(30, 39))
})

test('the checkpoint is out of date since it could not be saved, until it can', async t => {
  const log = await TestLog.create(t)
  const running = await start(log)
  const since = () => running.receiver.status?.().checkpointOutdatedSince
  await until(() => since() === undefined && running.said.some(text => text.includes('waiting for')), since)
  const path = join(log.stateDir, 'checkpoints', 'test@auditLog.json')
  await rm(path, { force: true })
  await mkdir(join(path, 'in-the-way'), { recursive: true })
  const begin = Date.now()
  await log.append(lines(1, 10))
  await receives(running, numbers(1, 10))
  await until(
    () => running.said.some(text => text.includes('cannot save the checkpoint')),
    () => running.said,
  )
  const then = since()
  assert.ok(then !== undefined && then >= begin && then <= Date.now(), `${then}`)
  await rm(path, { recursive: true })
  await until(() => since() === undefined, since)
})

test('of a live file that grew while another was read, its size counts, not that of its mark', () => {
  const none = { length: 0, sha256: '' }
  const mark = { name: 'audit.log', head: none, tail: none, offset: 40, size: 50, ended: false }
  const sighting = new Sighting(0)
  assert.equal(bytesBehind([{ mark, sighting }], { sighting, size: 90 }), 50)
  assert.equal(bytesBehind([{ mark, sighting }], undefined), 10)
  assert.equal(bytesBehind([{ mark, sighting }], { sighting: undefined, size: 90 }), 10 + 90)
})
