import assert from 'node:assert/strict'
import { appendFile, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { AcknowledgedPrefix } from '../../../src/pipeline/acknowledged-prefix.ts'
import { LogFolder } from '../../../src/receivers/audit-log/log-folder.ts'
import { line, lines, numbers, receives, Sink, start, TestLog, until } from './harness.ts'

test('all rotated files are read first, the oldest first, then the live file', async t => {
  const log = await TestLog.create(t)
  await log.fillFour()
  const running = await start(log)
  await receives(running, numbers(10, 49))
  assert.equal(running.counters.read, 40)
})

test('startAt end ships only what is written after the first start', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  await log.rotate(1)
  await log.append(lines(6, 9) + line(10).slice(0, 50))
  const running = await start(log, { options: { startAt: 'end' } })
  await log.append(line(10).slice(50) + line(11))
  await receives(running, [10, 11])
})

test('startAt end matters at the first start only: afterwards nothing is skipped', async t => {
  const log = await TestLog.create(t)
  const options = { startAt: 'end' }
  const first = await start(log, { options })
  await first.stop()
  await log.append(lines(1, 5))
  await receives(await start(log, { options }), numbers(1, 5))
})

test('startAt end knows its old files again after they were compressed', async t => {
  const log = await TestLog.create(t)
  const options = { startAt: 'end' }
  await log.append(lines(1, 50))
  await log.rotate(1)
  await log.append(lines(51, 99))
  const first = await start(log, { options })
  await first.stop()
  await log.compress(log.backup(1))
  await log.rotate(2)
  await log.compress(log.backup(2))
  await log.append(line(100))
  await receives(await start(log, { options }), [100])
})

test('an appended event arrives in one batch with its position', async t => {
  const log = await TestLog.create(t)
  await log.append(line(1))
  const running = await start(log)
  await receives(running, [1])
  await log.append(line(2))
  await receives(running, [1, 2])
  const event = running.sink.batches[1]?.events[0]
  assert.equal(event?.source, log.path)
  assert.equal(event?.position, line(1).length)
  assert.equal(event?.raw.toString(), line(2).trimEnd())
  assert.equal(running.sink.batches[1]?.bytes, line(2).length - 1)
})

test('a last line without newline waits until it is complete', async t => {
  const log = await TestLog.create(t)
  await log.append(line(1) + line(2).slice(0, 100))
  const running = await start(log)
  await receives(running, [1])
  await log.append(line(2).slice(100, 200))
  await log.append(line(2).slice(200))
  await receives(running, [1, 2])
  assert.deepEqual(running.sink.malformed, [])
})

test('a restart goes on at the exact byte', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 7) + line(8).slice(0, 30))
  const first = await start(log)
  await receives(first, numbers(1, 7))
  await first.stop()
  await log.append(line(8).slice(30) + lines(9, 12))
  await receives(await start(log), numbers(8, 12))
})

test('nothing is sent again when nothing was written', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const first = await start(log)
  await receives(first, numbers(1, 5))
  await first.stop()
  const second = await start(log)
  await log.append(line(6))
  await receives(second, [6])
})

test('checkpoint: false reads from the beginning at each start and saves nothing', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 3))
  const options = { checkpoint: false }
  for (const _ of [1, 2]) {
    const running = await start(log, { options })
    await receives(running, [1, 2, 3])
    await running.stop()
  }
  await assert.rejects(readFile(join(log.stateDir, 'checkpoints', 'test@auditLog.json')), { code: 'ENOENT' })
})

test('at most maxInFlight batches are unacknowledged', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 100))
  const running = await start(log, { sink: new Sink().hold(), options: { batchSize: 1024, maxInFlight: 3 } })
  const { sink } = running
  await until(
    () => sink.pending.length === 3,
    () => sink.pending.length,
  )
  sink.pending[1]?.resolve()
  await until(
    () => sink.pending.length === 4,
    () => sink.pending.length,
  )
  assert.deepEqual(sink.received, numbers(1, sink.received.length))
})

test('a restart repeats what was not acknowledged, though later batches were', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 100))
  const first = await start(log, { sink: new Sink().hold(), options: { batchSize: 1024, maxInFlight: 4 } })
  const { sink } = first
  await until(
    () => sink.pending.length === 4,
    () => sink.pending.length,
  )
  const acknowledged = sink.batches[0]?.events.length ?? 0
  for (const index of [3, 2, 0]) sink.pending[index]?.resolve()
  await first.stop()
  const second = await start(log)
  await receives(second, numbers(acknowledged + 1, 100))
})

test('a batch has at most batchSize bytes, a longer line one of its own', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 9) + line(10, 5000) + lines(11, 19))
  const running = await start(log, { options: { batchSize: 2048 } })
  await receives(running, numbers(1, 19))
  for (const { bytes, events } of running.sink.batches) assert.ok(bytes <= 2048 || events.length === 1)
})

test('the file may appear later', async t => {
  const log = await TestLog.create(t)
  const running = await start(log)
  await until(
    () => running.said.some(text => text.startsWith(`WARN waiting for ${log.path}: there is no such file`)),
    () => running.said,
  )
  await log.append(line(1))
  await receives(running, [1])
  assert.equal(running.said.filter(text => text.startsWith('WARN')).length, 1)
})

test('the folder may appear later', async t => {
  const log = await TestLog.create(t)
  await rm(log.folder, { recursive: true })
  const running = await start(log)
  await until(
    () => running.said.some(text => text.includes(`there is no folder ${log.folder}`)),
    () => running.said,
  )
  const elsewhere = await TestLog.create(t)
  await elsewhere.append(line(1))
  await rename(elsewhere.folder, log.folder)
  await receives(running, [1])
  await log.append(line(2))
  await receives(running, [1, 2])
})

test('a folder in place of the file is an error until it is replaced', async t => {
  const log = await TestLog.create(t)
  await rename(log.stateDir, log.path)
  const running = await start(log)
  await until(
    () =>
      running.said.some(text => text.startsWith(`ERROR cannot read ${log.path}: expected a regular file`)),
    () => running.said,
  )
  await rm(log.path, { recursive: true })
  await log.append(line(1))
  await receives(running, [1])
})

test('an empty file gives nothing and is followed', async t => {
  const log = await TestLog.create(t)
  await writeFile(log.path, '')
  const running = await start(log)
  await log.append(line(1))
  await receives(running, [1])
  assert.equal(running.sink.batches.length, 1)
})

test('changes that the system does not report are found by polling: a link to a file elsewhere', async t => {
  const log = await TestLog.create(t)
  const elsewhere = join(log.root, 'elsewhere.log')
  await writeFile(elsewhere, line(1))
  await symlink(elsewhere, log.path)
  const running = await start(log)
  await receives(running, [1])
  await appendFile(elsewhere, line(2))
  await receives(running, [1, 2])
})

test('a folder that is missing for a while, as an unmounted one is: nothing is repeated or reported lost', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const first = await start(log)
  await receives(first, numbers(1, 5))
  await first.stop()
  await rename(log.folder, join(log.root, 'unmounted'))
  const second = await start(log)
  await until(
    () => second.said.some(text => text.includes('there is no folder')),
    () => second.said,
  )
  await rename(join(log.root, 'unmounted'), log.folder)
  await log.append(line(6))
  await receives(second, [6])
  assert.equal(second.counters.bytesLost, 0)
})

test('while the live file is missing and a batch is stuck, waiting takes no memory', async t => {
  const begin = t.mock.method(AcknowledgedPrefix.prototype, 'begin')
  const log = await TestLog.create(t)
  await log.append(line(1))
  const running = await start(log, { sink: new Sink().hold() })
  await receives(running, [1])
  await rm(log.path)
  const looks = t.mock.method(LogFolder.prototype, 'look')
  const looked = (count: number) =>
    until(
      () => looks.mock.callCount() >= count,
      () => looks.mock.callCount(),
    )
  await looked(5)
  const registered = begin.mock.callCount()
  await looked(30)
  assert.equal(begin.mock.callCount(), registered)
})
