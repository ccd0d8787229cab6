import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, copyFile, link, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import {
  line,
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

test('rename and create: what was written before and after arrives in order', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const running = await start(log)
  await receives(running, numbers(1, 5))
  await log.append(line(6))
  await log.rotate(1)
  await log.append(line(7))
  await receives(running, numbers(1, 7))
  assert.deepEqual(withoutInfo(running), [])
})

test('several rotations between two looks, some compressed already', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const running = await start(log, { options: { pollInterval: '60s' } })
  await receives(running, numbers(1, 5))
  for (const n of [1, 2, 3, 4]) {
    await log.append(lines(n * 10, n * 10 + 9))
    await log.rotate(n)
    if (n % 2 === 0) await log.compress(log.backup(n))
  }
  await log.append(line(50))
  await receives(running, [...numbers(1, 5), ...numbers(10, 50)])
})

for (const compress of ['plain', 'compress'])
  test(`a process writes and rotates all the time, rotated files are ${compress}`, async t => {
    const log = await TestLog.create(t)
    await writeFile(log.path, '')
    const running = await start(log)
    await writerProcess(t, log, 20_000, 200, compress)
    await receives(running, numbers(1, 20_000))
    assert.deepEqual(running.sink.malformed, [])
    assert.deepEqual(withoutInfo(running), [])
  })

test('a process writes and rotates while the receiver is stopped and started again and again', async t => {
  const log = await TestLog.create(t)
  const received: number[] = []
  let writing = true
  const written = writerProcess(t, log, 20_000, 300, 'compress').finally(() => {
    writing = false
  })
  for (let isLast = false; !isLast; ) {
    isLast = !writing
    const running = await start(log)
    const enough = isLast ? 20_000 : received.length + 500
    await until(
      () => received.length + running.sink.received.length >= enough || (!writing && !isLast),
      () => ({ received: received.length, now: running.sink.received.length, said: running.said }),
    )
    await running.stop()
    received.push(...running.sink.received)
  }
  await written
  assert.deepEqual(received, numbers(1, 20_000))
})

interface Downtime {
  readonly title: string
  readonly change: (log: TestLog) => Promise<void>
  readonly expected: readonly number[]
}

/** What happens while the receiver is stopped, after events 1 to 20 were delivered. */
const DOWNTIMES: readonly Downtime[] = [
  {
    title: 'rotated several times',
    change: async log => {
      await log.append(line(21))
      await log.rotate(1)
      await log.append(line(22))
      await log.rotate(2)
      await log.append(line(23))
    },
    expected: [21, 22, 23],
  },
  {
    title: 'rotated and compressed in the middle of what was read',
    change: async log => {
      await log.append(lines(21, 25))
      await log.rotate(1)
      await log.compress(log.backup(1))
      await log.append(line(26))
    },
    expected: numbers(21, 26),
  },
  {
    title: 'rotated and compressed after all was read',
    change: async log => {
      await log.rotate(1)
      await log.compress(log.backup(1))
      await log.append(line(21))
    },
    expected: [21],
  },
  {
    title: "rotated by logrotate's numbers",
    change: async log => {
      await log.append(line(21))
      await rename(log.path, `${log.path}.2`)
      await log.append(line(22))
      await rename(log.path, `${log.path}.1`)
      await log.append(line(23))
    },
    expected: [21, 22, 23],
  },
  {
    title: 'rotated without a new live file yet',
    change: async log => {
      await log.append(line(21))
      await log.rotate(1)
    },
    expected: [21],
  },
  {
    title: 'copied and truncated',
    change: async log => {
      await log.append(line(21))
      await copyFile(log.path, `${log.path}.1`)
      await truncate(log.path)
      await log.append(line(22))
    },
    expected: [21, 22],
  },
  {
    title: 'replaced by a copy with the same content',
    change: async log => {
      await copyFile(log.path, `${log.path}-new`)
      await rename(`${log.path}-new`, log.path)
      await log.append(line(21))
    },
    expected: [21],
  },
  {
    title: 'copied under the name of a rotated file and goes on',
    change: async log => {
      await copyFile(log.path, log.backup(1))
      await log.append(line(21))
    },
    expected: [21],
  },
  {
    title: 'linked under the name of a rotated file',
    change: async log => {
      await link(log.path, log.backup(1))
      await log.append(line(21))
    },
    expected: [21],
  },
]

for (const { title, change, expected } of DOWNTIMES)
  test(`while stopped, the log is ${title}: exactly what is new arrives`, async t => {
    const log = await TestLog.create(t)
    await log.append(lines(1, 20))
    const first = await start(log)
    await receives(first, numbers(1, 20))
    await first.stop()
    await change(log)
    const second = await start(log)
    await receives(second, expected)
    await log.append(line(99))
    await receives(second, [...expected, 99])
    await second.stop()
    await log.append(line(100))
    const third = await start(log)
    await receives(third, [100])
    for (const { counters, sink } of [second, third]) {
      assert.equal(counters.bytesLost, 0)
      assert.deepEqual(sink.malformed, [])
    }
  })

test('two files that begin with the same long event are told apart', async t => {
  const log = await TestLog.create(t)
  await log.append(line(1, 5000) + lines(2, 5))
  const first = await start(log)
  await receives(first, numbers(1, 5))
  await first.stop()
  await log.rotate(1)
  await log.append(line(1, 5000) + lines(6, 9))
  await receives(await start(log), [1, 6, 7, 8, 9])
})

test('a copy under the name of a rotated file, once seen, is not read after the rotation either', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 20))
  const first = await start(log)
  await receives(first, numbers(1, 20))
  await copyFile(log.path, `${log.path}.1`)
  await log.append(line(21))
  await receives(first, numbers(1, 21))
  await first.stop()
  const second = await start(log)
  await log.append(line(22))
  await receives(second, [22])
  await log.rotate(1)
  await second.stop()
  await log.append(line(23))
  await receives(await start(log), [23])
})

test('a file read to its end and rotated while stopped counts as ended: its deletion is no gap', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const first = await start(log)
  await receives(first, numbers(1, 5))
  await first.stop()
  await log.rotate(1)
  await log.append(line(6))
  const second = await start(log)
  await receives(second, [6])
  await second.stop()
  const saved = await readFile(join(log.stateDir, 'checkpoints', 'test@auditLog.json'), 'utf8')
  assert.match(saved, new RegExp(`"offset":${lines(1, 5).length},[^}]*}[^}]*"ended":true`))
})

test('a rotated file whose last line is just being written, or that is still being copied, is given the time', async t => {
  const log = await TestLog.create(t)
  await log.append(line(1) + line(2).slice(0, 50))
  const running = await start(log, { options: { pollInterval: '250ms' } })
  await receives(running, [1])
  await log.rotate(1)
  await log.append(line(3))
  // Slower than the poll interval.
  for (const from of [50, 100, 150]) {
    await delay(350)
    await appendFile(log.backup(1), line(2).slice(from, from === 150 ? undefined : from + 50))
  }
  await receives(running, [1, 2, 3])
  assert.deepEqual(running.sink.malformed, [])
})

test('replaced by a copy while a line is being written: the line is completed in the copy', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 20) + line(21).slice(0, 100))
  const running = await start(log)
  await receives(running, numbers(1, 20))
  await copyFile(log.path, join(log.root, 'copy'))
  await rename(join(log.root, 'copy'), log.path)
  await log.append(line(21).slice(100) + line(22))
  await receives(running, numbers(1, 22))
  assert.deepEqual(running.sink.malformed, [])
})

test('overwritten in place with as many bytes: noticed by its content', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const running = await start(log)
  await receives(running, numbers(1, 5))
  await writeFile(log.path, lines(5, 9), { flag: 'r+' })
  await receives(running, [...numbers(1, 5), ...numbers(5, 9)])
})

test('a live file that is missing for longer than a rotation takes is said', async t => {
  const log = await TestLog.create(t)
  await log.append(line(1))
  const running = await start(log)
  await receives(running, [1])
  const rotated = performance.now()
  await log.rotate(1)
  await until(
    () => withoutInfo(running).length > 0,
    () => running.said,
  )
  assert.match(withoutInfo(running)[0] ?? '', /^WARN waiting for .*audit.log: there is no such file/)
  assert.ok(performance.now() - rotated > 900)
})

test('an inode that is used again at once is no reason to skip anything', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 20))
  const first = await start(log)
  await receives(first, numbers(1, 20))
  await first.stop()
  await log.rotate(1)
  await log.compress(log.backup(1))
  // Overwriting in place keeps the inode for certain.
  await log.append(lines(21, 60))
  await receives(await start(log), numbers(21, 60))
})

test('the live file deleted while open: what was written before arrives, then the next file', async t => {
  const log = await TestLog.create(t)
  await log.append(line(1))
  const running = await start(log)
  await receives(running, [1])
  await log.append(line(2))
  await rm(log.path)
  await log.append(line(3))
  await receives(running, [1, 2, 3])
})

test('the live file replaced by a copy while followed: nothing is repeated', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 20))
  const running = await start(log)
  await receives(running, numbers(1, 20))
  await copyFile(log.path, join(log.root, 'copy'))
  await rename(join(log.root, 'copy'), log.path)
  await log.append(line(21))
  await receives(running, numbers(1, 21))
})

test('the last line of a rotated file without newline is taken when it is whole', async t => {
  const log = await TestLog.create(t)
  await log.append(line(1) + line(2).trimEnd())
  const running = await start(log)
  await receives(running, [1])
  await log.rotate(1)
  await log.append(line(3))
  await receives(running, [1, 2, 3])
})

test('the torn last line of a rotated file is malformed, with its position', async t => {
  const log = await TestLog.create(t)
  await log.append(line(1) + line(2).slice(0, 100))
  const running = await start(log)
  await log.rotate(1)
  await log.append(line(3))
  await receives(running, [1, 3])
  const [torn] = running.sink.malformed
  assert.equal(torn?.raw.toString(), line(2).slice(0, 100))
  assert.equal(torn?.position.offset, line(1).length)
})

test('truncated to zero while followed: said, and read from its beginning', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const running = await start(log)
  await receives(running, numbers(1, 5))
  await truncate(log.path)
  await log.append(line(6))
  await receives(running, numbers(1, 6))
  assert.match(withoutInfo(running)[0] ?? '', /^WARN .*audit.log was truncated/)
})

test('truncated and written beyond the old end between two looks: noticed by its content', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const running = await start(log)
  await receives(running, numbers(1, 5))
  await writeFile(log.path, lines(6, 20))
  await receives(running, numbers(1, 20))
})

test('copytruncate leaves a hole of NUL bytes before the next event: skipped, and said once', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const running = await start(log, { options: { maxLineSize: '64KiB' } })
  await receives(running, numbers(1, 5))
  await copyFile(log.path, `${log.path}.1`)
  await writeFile(log.path, Buffer.concat([Buffer.alloc(3_000_000), Buffer.from(lines(6, 9))]))
  await receives(running, numbers(1, 9))
  assert.deepEqual(running.sink.malformed, [])
  const holes = running.said.filter(message => message.includes('NUL bytes'))
  assert.equal(holes.length, 1)
  assert.match(holes[0] ?? '', /^WARN \S+audit\.log holds NUL bytes from byte 0 on, which were skipped/)
})

/** Files 1 (events 1 to 100), 2 (101 to 105) and the live one (106); two batches of the first file are read, the first is acknowledged. */
async function stopWithinFirstFile(log: TestLog): Promise<Running> {
  await log.append(lines(1, 100))
  await log.rotate(1)
  await log.append(lines(101, 105))
  await log.rotate(2)
  await log.append(line(106))
  const running = await start(log, { sink: new Sink().hold(), options: { batchSize: 1024, maxInFlight: 1 } })
  const { pending } = running.sink
  await until(
    () => pending.length === 1,
    () => running.said,
  )
  pending[0]?.resolve()
  await until(
    () => pending.length === 2,
    () => running.said,
  )
  return running
}

test('while stopped, a rotated file is deleted before it was read to its end: a gap of its unread bytes', async t => {
  const log = await TestLog.create(t)
  const first = await stopWithinFirstFile(log)
  await first.stop()
  await rm(log.backup(1))
  const second = await start(log)
  await receives(second, numbers(101, 106))
  await until(
    () => second.counters.bytesLost > 0,
    () => second.said,
  )
  const acknowledged = first.sink.batches[0]?.events.length ?? 0
  assert.equal(second.counters.bytesLost, lines(acknowledged + 1, 100).length)
  assert.match(withoutInfo(second)[0] ?? '', /^ERROR .*03-00-01.000.log was read to byte \d+ and is gone/)
})

test('while the backend does not answer, a rotated file is deleted unread: a gap of its size; the open one is safe', async t => {
  const log = await TestLog.create(t)
  const running = await stopWithinFirstFile(log)
  await rm(log.backup(1))
  await rm(log.backup(2))
  await until(
    () => running.counters.bytesLost > 0,
    () => running.said,
  )
  assert.equal(running.counters.bytesLost, lines(101, 105).length)
  running.sink.release()
  await receives(running, [...numbers(1, 100), 106])
})

test('a rotated file that grows because its writer kept it open is read on', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const running = await start(log)
  await receives(running, numbers(1, 5))
  await log.rotate(1)
  await log.append(line(6))
  await receives(running, numbers(1, 6))
  await appendFile(log.backup(1), lines(7, 9))
  await receives(running, numbers(1, 9))
  await log.append(line(10))
  await receives(running, numbers(1, 10))
})

test('a rotated file that grows while the next one is followed is read on', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const running = await start(log)
  await receives(running, numbers(1, 5))
  await log.rotate(1)
  await log.append(line(6))
  await receives(running, numbers(1, 6))
  await appendFile(log.backup(1), line(7))
  await receives(running, numbers(1, 7))
  await log.append(line(8))
  await receives(running, numbers(1, 8))
})

test('a compressed file that is still being written is waited for', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 2000))
  await log.rotate(1)
  await log.compress(log.backup(1))
  const whole = await readFile(`${log.backup(1)}.gz`)
  await writeFile(`${log.backup(1)}.gz`, whole.subarray(0, whole.length >> 1))
  await log.append(line(2001))
  const running = await start(log)
  await until(
    () => running.sink.received.length > 0,
    () => running.said,
  )
  await writeFile(`${log.backup(1)}.gz`, whole)
  await receives(running, numbers(1, 2001))
})

test('a damaged compressed file is a gap, and reading goes on', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 2000))
  await log.rotate(1)
  await log.compress(log.backup(1))
  const bytes = await readFile(`${log.backup(1)}.gz`)
  bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 100)
  await writeFile(`${log.backup(1)}.gz`, bytes)
  await log.append(line(2001))
  const running = await start(log)
  await until(
    () => running.sink.received.at(-1) === 2001,
    () => running.said,
  )
  assert.ok(running.counters.bytesLost > 0)
  assert.match(withoutInfo(running)[0] ?? '', /^ERROR .*\.log\.gz is damaged after byte/)
})

async function writerProcess(
  t: TestContext,
  log: TestLog,
  events: number,
  perFile: number,
  compress: string,
): Promise<void> {
  const script = join(import.meta.dirname, 'rotating-writer.ts')
  const writer = spawn(process.execPath, [script, log.folder, String(events), String(perFile), compress], {
    stdio: 'inherit',
  })
  t.after(() => writer.kill())
  const [code] = await once(writer, 'exit')
  assert.equal(code, 0)
}
