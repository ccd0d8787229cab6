import assert from 'node:assert/strict'
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { failReads } from './fail-reads.ts'
import {
  line,
  lines,
  numbers,
  receives,
  receivesEach,
  Sink,
  start,
  TestLog,
  until,
  withoutInfo,
} from './harness.ts'

const options = { filename: 'kube-*.log' }

/** Two logs in one folder. Event numbers of the second begin with 1001, so that it shows which log an event came from. */
async function twoLogs(t: TestContext): Promise<readonly [TestLog, TestLog]> {
  const log = await TestLog.create(t)
  return [log.beside('kube-a.log'), log.beside('kube-b.log')]
}

test('one log is rotated while the other grows: each arrives in its order', async t => {
  const [a, b] = await twoLogs(t)
  await a.append(lines(1, 5))
  await b.append(lines(1001, 1005))
  const running = await start(a, { options })
  await receivesEach(running, [numbers(1, 5), numbers(1001, 1005)])
  await a.append(line(6))
  await b.append(line(1006))
  await a.rotate(1)
  await b.append(line(1007))
  await a.append(line(7))
  await receivesEach(running, [numbers(1, 7), numbers(1001, 1007)])
  assert.deepEqual(withoutInfo(running), [])
})

test('backups of both, plain and compressed, are read before the live files, each log its own', async t => {
  const logs = await twoLogs(t)
  for (const [index, log] of logs.entries()) {
    for (const n of [1, 2, 3]) {
      await log.append(lines(index * 1000 + n * 10, index * 1000 + n * 10 + 9))
      await log.rotate(n)
    }
    await log.compress(log.backup(1))
    await log.compress(log.backup(3))
    await log.append(line(index * 1000 + 40))
  }
  const running = await start(logs[0], { options })
  await receivesEach(running, [numbers(10, 40), numbers(1010, 1040)])
  for (const { events } of running.sink.batches)
    assert.equal(new Set(events.map(({ source = '' }) => source.includes('kube-a'))).size, 1)
})

test('a restart goes on with each at its exact byte, after rotation and compression too', async t => {
  const [a, b] = await twoLogs(t)
  await a.append(lines(1, 7) + line(8).slice(0, 30))
  await b.append(lines(1001, 1003))
  const first = await start(a, { options })
  await receivesEach(first, [numbers(1, 7), numbers(1001, 1003)])
  await first.stop()
  await a.append(line(8).slice(30) + line(9))
  await b.append(line(1004))
  await b.rotate(1)
  await b.compress(b.backup(1))
  await b.append(line(1005))
  const second = await start(a, { options })
  await receivesEach(second, [
    [8, 9],
    [1004, 1005],
  ])
  assert.deepEqual(withoutInfo(second), [])
})

test('a backup that by its name may be of two logs is read once', async t => {
  const log = await TestLog.create(t)
  const year = log.beside('audit-2026.log')
  await year.append(lines(1001, 1005))
  await year.rotate(1)
  await log.append(line(1))
  const running = await start(log, { options: { filename: '*.log' } })
  await receivesEach(running, [[1], numbers(1001, 1005)])
  await log.append(line(2))
  await receivesEach(running, [[1, 2], numbers(1001, 1005)])
})

test('startAt end: logs that are there are skipped, one that appears later is read from its beginning', async t => {
  const [a, b] = await twoLogs(t)
  await a.append(lines(1, 5))
  await a.rotate(1)
  await a.append(lines(6, 9))
  const running = await start(a, { options: { ...options, startAt: 'end' } })
  await b.append(lines(1001, 1005))
  await receivesEach(running, [[], numbers(1001, 1005)])
  await a.append(line(10))
  await receivesEach(running, [[10], numbers(1001, 1005)])
})

test('startAt end: a log that appeared while stopped is read from its beginning', async t => {
  const [a, b] = await twoLogs(t)
  await a.append(lines(1, 5))
  const settings = { options: { ...options, startAt: 'end' } }
  await (await start(a, settings)).stop()
  await b.append(lines(1001, 1005))
  await receives(await start(a, settings), numbers(1001, 1005))
})

test('a log for each day: the next day begins a new one, the last line of the old one still arrives', async t => {
  const log = await TestLog.create(t)
  const days = ['20260101', '20260102', '20260103'].map(day => log.beside(`audit-${day}.log`))
  const running = await start(log, { options: { filename: 'audit-*.log' } })
  for (const [index, day] of days.entries()) {
    await day.append(lines(index * 1000, index * 1000 + 4))
    await receivesEach(running, [numbers(0, 4), numbers(1000, 1004), numbers(2000, 2004)].slice(0, index + 1))
  }
  await days[0]?.append(line(5))
  await receivesEach(running, [numbers(0, 5), numbers(1000, 1004), numbers(2000, 2004)])
})

test('a log for each day, compressed when its day is over, while stopped: what was unread arrives from the .gz', async t => {
  const log = await TestLog.create(t)
  const [first, second] = [log.beside('audit-20260101.log'), log.beside('audit-20260102.log')]
  const settings = { options: { filename: 'audit-*.log' } }
  await first.append(lines(1, 5))
  const before = await start(log, settings)
  await receives(before, numbers(1, 5))
  await before.stop()
  await first.append(lines(6, 9))
  await first.compress(first.path)
  await second.append(line(1001))
  const after = await start(log, settings)
  await receivesEach(after, [numbers(6, 9), [1001]])
  assert.equal(after.counters.bytesLost, 0)
})

for (const when of ['followed', 'stopped'])
  test(`a log that was read and is deleted while ${when} is no loss; when it comes back it is read on`, async t => {
    const [a, b] = await twoLogs(t)
    await a.append(lines(1, 5))
    await b.append(lines(1001, 1005))
    let running = await start(a, { options })
    await receivesEach(running, [numbers(1, 5), numbers(1001, 1005)])
    if (when === 'stopped') await running.stop()
    await rename(a.path, join(a.root, 'away'))
    const expected = when === 'stopped' ? [] : running.sink.received.slice()
    if (when === 'stopped') running = await start(a, { options })
    await b.append(line(1006))
    await receives(running, [...expected, 1006])
    await rename(join(a.root, 'away'), a.path)
    await a.append(line(6))
    await receives(running, [...expected, 1006, 6])
    assert.equal(running.counters.bytesLost, 0)
  })

test('a log deleted before it was read to its end, while stopped, is a gap of its unread bytes', async t => {
  const [a, b] = await twoLogs(t)
  await a.append(lines(1, 5))
  await b.append(lines(1001, 1100))
  const first = await start(a, {
    options: { ...options, batchSize: 1024, maxInFlight: 2 },
    sink: new Sink().hold(),
  })
  const { pending, batches } = first.sink
  const events = (log: TestLog) =>
    batches.flatMap(batch => batch.events.filter(({ source }) => source === log.path))
  while (events(b).length === 0) {
    const count = pending.length
    pending.at(-1)?.resolve()
    await until(
      () => pending.length > count,
      () => first.said,
    )
  }
  for (const { resolve } of pending) resolve()
  const acknowledged = events(b).length
  first.sink.hold()
  await first.stop()
  await rm(b.path)
  await a.append(line(6))
  const second = await start(a, { options })
  await until(
    () => second.counters.bytesLost > 0,
    () => second.said,
  )
  assert.match(withoutInfo(second).join(), /^ERROR .*kube-b.log was read to byte \d+ and is gone/)
  assert.equal(second.counters.bytesLost, lines(1001 + acknowledged, 1100).length)
})

test('a folder that is missing for a while: nothing is repeated or reported lost', async t => {
  const [a, b] = await twoLogs(t)
  await a.append(lines(1, 5))
  await b.append(lines(1001, 1005))
  const first = await start(a, { options })
  await receivesEach(first, [numbers(1, 5), numbers(1001, 1005)])
  await first.stop()
  await rename(a.folder, join(a.root, 'unmounted'))
  const second = await start(a, { options })
  await until(
    () => second.said.some(text => text.includes(`there is no folder ${a.folder}`)),
    () => second.said,
  )
  await rename(join(a.root, 'unmounted'), a.folder)
  await a.append(line(6))
  await receives(second, [6])
  assert.equal(second.counters.bytesLost, 0)
  assert.equal(withoutInfo(second).length, 1)
})

test('one log without read permission is an error and does not stop the others', async t => {
  const [a, b] = await twoLogs(t)
  await a.append(lines(1, 5))
  await b.append(lines(1001, 1005))
  await chmod(a.path, 0)
  await chmod(b.path, 0o666)
  for (const folder of [a.root, a.folder, a.stateDir]) await chmod(folder, 0o777)
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65534)
  try {
    const running = await start(a, { options })
    await receivesEach(running, [[], numbers(1001, 1005)])
    await b.append(line(1006))
    await receivesEach(running, [[], numbers(1001, 1006)])
    assert.match(withoutInfo(running).join('\n'), /^ERROR cannot read .*kube-a.log: permission denied/)
    if (isRoot) process.seteuid?.(0)
    await chmod(a.path, 0o644)
    await receivesEach(running, [numbers(1, 5), numbers(1001, 1006)])
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})

test('one log that cannot be read from its disk is an error and does not stop the others', async t => {
  const [a, b] = await twoLogs(t)
  await a.append(lines(1, 5))
  await b.append(lines(1001, 1005))
  const repair = await failReads(t, a.path)
  const running = await start(a, { options })
  await receivesEach(running, [[], numbers(1001, 1005)])
  await b.append(line(1006))
  await receivesEach(running, [[], numbers(1001, 1006)])
  assert.match(withoutInfo(running).join('\n'), /^ERROR .*kube-a.log.*EIO/)
  repair()
  await receivesEach(running, [numbers(1, 5), numbers(1001, 1006)])
})

test('a log with a large backlog does not starve the others: they take turns', async t => {
  const [a, b] = await twoLogs(t)
  await a.append(lines(1, 900))
  const running = await start(a, { options: { ...options, batchSize: 1024 }, sink: new Sink().hold() })
  const { sink } = running
  const delivered = async (count: number) => {
    for (let index = count - 1; index < count; index++) {
      await until(
        () => sink.pending.length > index,
        () => sink.pending.length,
      )
      sink.pending[index]?.resolve()
    }
  }
  for (let count = 1; count <= 10; count++) await delivered(count)
  await b.append(lines(1001, 1009))
  let count = 10
  while (!sink.received.includes(1009)) await delivered(++count)
  const batchesOfB = sink.batches.filter(({ events }) => events[0]?.source === b.path).length
  // Every second batch, besides those that were under way and the moment until the new log is found.
  assert.ok(count - 10 <= 2 * batchesOfB + 20, `${count - 10} batches for ${batchesOfB} of the small log`)
  assert.ok(sink.received.filter(n => n <= 900).length < 500)
})

test('all logs together have at most maxInFlight batches unacknowledged', async t => {
  const [a, b] = await twoLogs(t)
  await a.append(lines(1, 100))
  await b.append(lines(1001, 1100))
  const settings = { ...options, batchSize: 1024, maxInFlight: 3 }
  const { sink, counters } = await start(a, { options: settings, sink: new Sink().hold() })
  await until(
    () => sink.pending.length === 3,
    () => sink.pending.length,
  )
  for (let index = 0; index < 20; index++) {
    const [acknowledged] = sink.pending.splice(1, 1)
    acknowledged?.resolve()
    await until(
      () => sink.pending.length === 3,
      () => sink.pending.length,
    )
  }
  assert.equal(counters.read, sink.received.length)
})

test('of many logs with compressed backups at most maxInFlight are decompressed at a time, and all arrive', async t => {
  const log = await TestLog.create(t)
  const logs = numbers(0, 5).map(n => log.beside(`kube-${n}.log`))
  for (const [n, each] of logs.entries()) {
    await each.append(lines(n * 100, n * 100 + 20))
    await each.rotate(1)
    await each.compress(each.backup(1))
    await each.append(line(n * 100 + 21))
  }
  const sink = new Sink().hold()
  const running = await start(log, { options: { ...options, batchSize: 1024, maxInFlight: 2 }, sink })
  await until(
    () => sink.pending.length === 2,
    () => running.said,
  )
  await delay(100)
  assert.equal(running.said.filter(text => text.includes('.gz from byte')).length, 2)
  sink.release()
  await receivesEach(
    running,
    logs.map((_, n) => numbers(n * 100, n * 100 + 21)),
  )
})

test('files that come and go elsewhere in the folder, folders and links to nothing disturb nobody', async t => {
  const [a, b] = await twoLogs(t)
  await mkdir(join(a.folder, 'kube-folder.log'))
  await symlink('nowhere', join(a.folder, 'kube-link.log'))
  await writeFile(join(a.folder, 'other.txt'), 'no event\n')
  await a.append(line(1))
  await b.append(line(1001))
  const running = await start(a, { options })
  await receivesEach(running, [[1], [1001]])
  assert.deepEqual(running.sink.malformed, [])
  await until(
    () => withoutInfo(running).length > 0,
    () => running.said,
  )
  assert.match(
    withoutInfo(running).join(),
    /^WARN waiting for [^,]*kube-link.log: there is no such file[^,]*,[^,]*$/,
  )
  await rm(join(a.folder, 'kube-link.log'))
  await a.append(line(2))
  await receivesEach(running, [[1, 2], [1001]])
})

test('a compressed file that belongs to no log is left alone, and that is said once', async t => {
  const [a, b] = await twoLogs(t)
  await b.append(line(1001))
  await b.compress(b.path)
  await a.append(line(1))
  const running = await start(a, { options: { filename: 'kube-*' } })
  await receives(running, [1])
  await a.append(line(2))
  await receives(running, [1, 2])
  assert.deepEqual(
    withoutInfo(running).map(text => text.slice(0, 28)),
    ['WARN leaves kube-b.log.gz in'],
  )
})

test('no file that fits is a warning, once, until one comes', async t => {
  const [a] = await twoLogs(t)
  await writeFile(join(a.folder, 'other.log'), line(99))
  const running = await start(a, { options })
  await until(
    () => withoutInfo(running).length > 0,
    () => running.said,
  )
  await a.append(line(1))
  await receives(running, [1])
  assert.equal(withoutInfo(running).length, 1)
  assert.match(withoutInfo(running)[0] ?? '', /^WARN waiting for .*kube-\*\.log: there is no such file/)
})

test('two receivers in one process over overlapping logs keep separate checkpoints', async t => {
  const [a, b] = await twoLogs(t)
  await a.append(lines(1, 5))
  await b.append(lines(1001, 1005))
  const both = { id: 'auditLog/both', options }
  const one = { id: 'auditLog/one', options: { filename: 'kube-a.log' } }
  const holding = await start(a, { ...both, sink: new Sink().hold() })
  const delivering = await start(a, one)
  await receives(delivering, numbers(1, 5))
  await until(
    () => holding.sink.pending.length === 2,
    () => holding.sink.pending.length,
  )
  await holding.stop()
  await delivering.stop()
  await a.append(line(6))
  await receives(await start(a, one), [6])
  await receivesEach(await start(a, both), [numbers(1, 6), numbers(1001, 1005)])
})

test('once: all logs are read, with their backups, and a second run ships only what came since', async t => {
  const [a, b] = await twoLogs(t)
  await a.append(lines(1, 5))
  await a.rotate(1)
  await a.compress(a.backup(1))
  await a.append(lines(6, 9))
  await b.append(lines(1001, 1005))
  await b.rotate(1)
  const first = await start(a, { options, once: true })
  await first.receiver.done
  await receivesEach(first, [numbers(1, 9), numbers(1001, 1005)])
  await b.append(line(1006))
  const second = await start(a, { options, once: true })
  await second.receiver.done
  assert.deepEqual(second.sink.received, [1006])
})

test('once: a pattern that nothing fits is an error that names it', async t => {
  const [a] = await twoLogs(t)
  await writeFile(join(a.folder, 'other.log'), line(99))
  const { receiver } = await start(a, { options, once: true })
  await assert.rejects(async () => receiver.done, {
    message: /^nothing to read at .*kube-\*\.log: there is no such file/,
  })
})

test('once: a log that cannot be read is an error, after the others were read', async t => {
  const [a, b] = await twoLogs(t)
  await a.append(lines(1, 5))
  await b.append(lines(1001, 1900))
  await failReads(t, a.path)
  const { receiver, sink } = await start(a, { options: { ...options, batchSize: 1024 }, once: true })
  await assert.rejects(async () => receiver.done, { message: /kube-a.log.*EIO/ })
  assert.deepEqual(sink.received, numbers(1001, 1900))
})

// Waits for the 10 seconds that a deleted file is kept open.
test('logs of past days are remembered up to a number, so that the checkpoint stays small', async t => {
  const log = await TestLog.create(t)
  const settings = { options: { filename: 'audit-*.log' }, id: 'days' }
  const days = numbers(0, 129).map(n => log.beside(`audit-${20260101 + n}.log`))
  for (const [n, day] of days.entries()) await day.append(line(n))
  const first = await start(log, settings)
  await until(
    () => first.sink.received.length === 130,
    () => first.said,
  )
  for (const day of days.slice(0, 125)) await rm(day.path)
  const known = async () => {
    const saved = await readFile(join(log.stateDir, 'checkpoints', 'test@days.json'), 'utf8')
    return Object.keys(JSON.parse(saved).logs).length
  }
  await until(async () => (await known()) === 105, known, 25)
  await first.stop()
  assert.equal(await known(), 105)
  await days[129]?.append(line(999))
  await receives(await start(log, settings), [999])
})
