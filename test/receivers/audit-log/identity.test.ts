import assert from 'node:assert/strict'
import {
  appendFile,
  copyFile,
  link,
  mkdir,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { line, lines, numbers, receives, Sink, start, TestLog, until, withoutInfo } from './harness.ts'

/** What the receiver got of lines that are no events, in order. */
const shortLines = (sink: Sink) => sink.malformed.map(({ raw }) => raw.toString())

test('the folder is a link, which points elsewhere after a restart: exactly what is new arrives', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const linked = join(log.root, 'linked')
  await symlink(log.folder, linked)
  const options = { pathPrefix: linked }
  const first = await start(log, { options })
  await receives(first, numbers(1, 5))
  await log.append(line(6))
  await log.rotate(1)
  await log.append(line(7))
  await receives(first, numbers(1, 7))
  await first.stop()
  const moved = join(log.root, 'moved')
  await rename(log.folder, moved)
  await rm(linked)
  await symlink(moved, linked)
  await appendFile(join(moved, 'audit.log'), line(8))
  const second = await start(log, { options })
  await receives(second, [8])
  assert.deepEqual(withoutInfo(second), [])
})

test('the folder is exchanged for another while following, as a new mount does: its files are read and followed', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const running = await start(log)
  await receives(running, numbers(1, 5))
  await rename(log.folder, join(log.root, 'before'))
  await mkdir(log.folder)
  await log.append(lines(6, 9))
  await receives(running, numbers(1, 9))
  await log.append(line(10))
  await log.rotate(1)
  await log.append(line(11))
  await receives(running, numbers(1, 11))
})

test('a link to the live file is pointed at the next one: the end of the old one and the new one arrive', async t => {
  const log = await TestLog.create(t)
  const [first, second] = [join(log.root, 'first'), join(log.root, 'second')]
  await writeFile(first, lines(1, 5))
  await symlink(first, log.path)
  const running = await start(log)
  await receives(running, numbers(1, 5))
  await appendFile(first, line(6))
  await writeFile(second, lines(7, 9))
  await symlink(second, join(log.root, 'next'))
  await rename(join(log.root, 'next'), log.path)
  await receives(running, numbers(1, 9))
  await appendFile(second, line(10))
  await receives(running, numbers(1, 10))
})

test('a hard link under the name of a rotated file, while following, rotating and after a restart: nothing is repeated', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const first = await start(log)
  await receives(first, numbers(1, 5))
  await link(log.path, `${log.path}.1`)
  await log.append(line(6))
  await receives(first, numbers(1, 6))
  await log.rotate(1)
  await log.append(line(7))
  await receives(first, numbers(1, 7))
  await first.stop()
  await log.append(line(8))
  const second = await start(log)
  await receives(second, [8])
  assert.deepEqual(withoutInfo(second), [])
})

test('a line that is just being written to a file with a hard link under the name of a rotated one is not torn', async t => {
  const log = await TestLog.create(t)
  await log.append(line(1) + line(2).slice(0, 100))
  const first = await start(log)
  await receives(first, [1])
  await link(log.path, `${log.path}.9`)
  // It is newer: the link would be read before it.
  await writeFile(`${log.path}.2`, line(10))
  await receives(first, [1, 10])
  await first.stop()
  const second = await start(log)
  await writeFile(`${log.path}.1`, line(11))
  await receives(second, [11])
  await log.append(line(2).slice(100) + line(3))
  await receives(second, [11, 2, 3])
  assert.deepEqual([...first.sink.malformed, ...second.sink.malformed], [])
  assert.deepEqual([...withoutInfo(first), ...withoutInfo(second)], [])
})

test('an inode is used again by the next file of the same size: it is read from its beginning', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(11, 15))
  const first = await start(log)
  await receives(first, numbers(11, 15))
  await first.stop()
  const { ino, size } = await stat(log.path)
  await copyFile(log.path, log.backup(1))
  await log.compress(log.backup(1))
  // Written in place, so that the number is the same for certain.
  await writeFile(log.path, lines(21, 25))
  const now = await stat(log.path)
  assert.deepEqual([now.ino, now.size], [ino, size])
  await receives(await start(log), numbers(21, 25))
})

test('two files in turn with the same name while stopped, the first deleted: a gap of what was unread, the second is read whole', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 100))
  const first = await start(log, { options: { batchSize: 1024, maxInFlight: 1 }, sink: new Sink().hold() })
  await until(
    () => first.sink.pending.length === 1,
    () => first.said,
  )
  first.sink.pending[0]?.resolve()
  const acknowledged = first.sink.batches[0]?.events.length ?? 0
  await until(
    () => first.sink.pending.length === 2,
    () => first.said,
  )
  await first.stop()
  await rm(log.path)
  await log.append(lines(101, 120))
  const second = await start(log)
  await receives(second, numbers(101, 120))
  await until(
    () => second.counters.bytesLost > 0,
    () => second.said,
  )
  assert.equal(second.counters.bytesLost, lines(acknowledged + 1, 100).length)
})

test('two rotated files in turn with the same name while following: the second is read too', async t => {
  const log = await TestLog.create(t)
  await log.append(line(1))
  const running = await start(log)
  await receives(running, [1])
  await writeFile(`${log.path}.1`, lines(2, 5))
  await receives(running, numbers(1, 5))
  await rm(`${log.path}.1`)
  await writeFile(`${log.path}.1`, lines(12, 15))
  await receives(running, [...numbers(1, 5), ...numbers(12, 15)])
})

test('files of 1 to 100 bytes are each read once, over rotations and restarts, compressed or not', async t => {
  const log = await TestLog.create(t)
  const expected: string[] = []
  for (const [index, length] of [1, 2, 10, 99, 3, 50].entries()) {
    const text = String.fromCharCode(97 + index).repeat(length)
    await log.append(`${text}\n`)
    const running = await start(log)
    expected.push(text)
    await until(
      () => shortLines(running.sink).length > 0,
      () => running.said,
    )
    // One file is rotated while it is followed, the next while stopped.
    if (index % 2 === 0) await running.stop()
    await log.rotate(index)
    if (index % 3 === 0) await log.compress(log.backup(index))
    await writeFile(log.path, '')
    await running.stop()
    assert.deepEqual(shortLines(running.sink), [text])
    assert.equal(running.counters.bytesLost, 0)
  }
})

test('a file of a few bytes that grows over restarts is read on from where it ended', async t => {
  const log = await TestLog.create(t)
  for (const text of ['a', 'bc', 'd'.repeat(100)]) {
    await log.append(`${text}\n`)
    const running = await start(log)
    await until(
      () => shortLines(running.sink).length > 0,
      () => running.said,
    )
    await running.stop()
    assert.deepEqual(shortLines(running.sink), [text])
  }
})

test('empty rotated files, plain and compressed, and an empty live one stop nothing and are no gap', async t => {
  const log = await TestLog.create(t)
  for (const n of [1, 2, 3]) {
    await writeFile(log.path, n === 3 ? lines(1, 5) : '')
    await log.rotate(n)
  }
  await log.compress(log.backup(2))
  await writeFile(log.path, '')
  const first = await start(log)
  await receives(first, numbers(1, 5))
  await first.stop()
  await rm(log.backup(1))
  await rm(`${log.backup(2)}.gz`)
  await log.rotate(4)
  await log.append(line(6))
  const second = await start(log)
  await receives(second, [6])
  await second.stop()
  assert.deepEqual([...withoutInfo(first), ...withoutInfo(second)], [])
})

test('a .gz next to a source of other content is read when it is whole, and no damage while it is not', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 9))
  await log.rotate(1)
  const beside = `${log.backup(1)}.gz`
  const whole = gzipSync(lines(10, 500))
  await writeFile(beside, whole.subarray(0, 1000))
  await utimes(beside, 1, 1)
  await log.append(lines(501, 505))
  const running = await start(log)
  await receives(running, [...numbers(1, 9), ...numbers(501, 505)])
  await writeFile(beside, whole)
  await until(
    () => running.sink.received.includes(500),
    () => running.said,
  )
  assert.deepEqual(
    running.sink.received.toSorted((a, b) => a - b),
    numbers(1, 505),
  )
  assert.deepEqual(withoutInfo(running), [])
})

test('a .gz next to its source is not read again', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 9))
  await log.rotate(1)
  await writeFile(`${log.backup(1)}.gz`, gzipSync(lines(1, 9)))
  await log.append(lines(10, 19))
  const running = await start(log)
  await receives(running, numbers(1, 19))
  await running.stop()
  await log.append(line(20))
  const second = await start(log)
  await receives(second, [20])
  assert.deepEqual([...withoutInfo(running), ...withoutInfo(second)], [])
})

test('a file whose name is none that a rotation makes is named, once, and left alone', async t => {
  const log = await TestLog.create(t)
  await writeFile(`${log.path}.old`, lines(1, 9))
  await log.append(lines(10, 19))
  const running = await start(log, { options: { pollInterval: '10ms' } })
  await receives(running, numbers(10, 19))
  await log.rotate(1)
  await log.append(line(20))
  await receives(running, numbers(10, 20))
  assert.equal(withoutInfo(running).length, 1)
  assert.match(withoutInfo(running)[0] ?? '', /^WARN leaves .*audit.log.old alone/)
})
