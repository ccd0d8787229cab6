import assert from 'node:assert/strict'
import { type FileHandle, mkdir, open, readdir, readlink, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { waitUntil } from '../../wait-until.ts'
import { line, lines, numbers, receives, start, TestLog, withoutInfo } from './harness.ts'

/** A log whose writer has its file open, as an API server has. */
async function openLog(t: TestContext): Promise<{ log: TestLog; writer: FileHandle }> {
  const log = await TestLog.create(t)
  const writer = await open(log.path, 'a')
  t.after(() => writer.close())
  await writer.appendFile(lines(1, 5))
  return { log, writer }
}

/** What the receiver has open of a log's folder. */
async function openFiles(log: TestLog): Promise<string[]> {
  const links = (await readdir('/proc/self/fd')).map(fd => readlink(`/proc/self/fd/${fd}`).catch(() => ''))
  return (await Promise.all(links)).filter(path => path.startsWith(log.root))
}

interface Row {
  readonly title: string
  readonly away: (log: TestLog) => Promise<void>
}

const ROWS: readonly Row[] = [
  { title: 'deleted', away: log => rm(log.path) },
  {
    title: 'moved to another folder',
    away: async log => {
      await mkdir(join(log.root, 'old'))
      await rename(log.path, join(log.root, 'old', 'audit.log'))
    },
  },
  { title: 'renamed to what is no name of a rotated file', away: log => rename(log.path, `${log.path}.bak`) },
]

for (const { title, away } of ROWS) {
  test(`the live file is ${title} and still written to: all arrives, before the next file`, async t => {
    const { log, writer } = await openLog(t)
    const running = await start(log)
    await receives(running, numbers(1, 5))
    await away(log)
    const warnings = () => withoutInfo(running).filter(text => text.includes('is still written to')).length
    // What comes before the receiver has noticed is read without a word.
    let n = 5
    while (warnings() === 0 || n < 8) {
      await writer.appendFile(line(++n))
      await receives(running, numbers(1, n))
    }
    await log.append(line(++n))
    await receives(running, numbers(1, n))
    assert.equal(warnings(), 1)
    await running.stop()
    assert.equal(running.counters.bytesLost, 0)
  })

  test(`the live file is ${title} and still written to while the next one is: all arrives, once`, async t => {
    const { log, writer } = await openLog(t)
    const running = await start(log)
    await receives(running, numbers(1, 5))
    await away(log)
    await log.append(line(6))
    await receives(running, numbers(1, 6))
    await writer.appendFile(line(7))
    await receives(running, numbers(1, 7))
    await log.append(line(8))
    await receives(running, numbers(1, 8))
    await writer.appendFile(line(9).slice(0, 100))
    await writer.appendFile(line(9).slice(100))
    await receives(running, numbers(1, 9))
    await running.stop()
    await log.append(line(10))
    const second = await start(log)
    await receives(second, [10])
    assert.equal(running.counters.bytesLost + second.counters.bytesLost, 0)
    assert.deepEqual(running.sink.malformed, [])
  })
}

test('what is written to a deleted live file and not read when the receiver stops is a gap', async t => {
  const { log, writer } = await openLog(t)
  const running = await start(log, { options: { pollInterval: '200ms' } })
  await receives(running, numbers(1, 5))
  await rm(log.path)
  await log.append(line(6))
  await receives(running, numbers(1, 6))
  await Promise.all([writer.appendFile(line(7)), running.stop()])
  const isRead = running.sink.received.includes(7)
  assert.equal(running.counters.bytesLost, isRead ? 0 : line(7).length)
})

// Waits for the 10 seconds that a deleted file is kept open.
test('a deleted live file is closed when nothing came for long, and no more than two are kept', async t => {
  const { log } = await openLog(t)
  const running = await start(log)
  await receives(running, numbers(1, 5))
  for (const n of [6, 7, 8, 9]) {
    await rm(log.path)
    await writeFile(log.path, line(n))
    await receives(running, numbers(1, n))
  }
  const kept = async () => (await openFiles(log)).filter(path => path.endsWith('(deleted)')).length
  // One more is what the writer of this test has open.
  await waitUntil(async () => (await kept()) === 3, 'two files are kept')
  await waitUntil(async () => (await kept()) === 1, 'they are closed')
  assert.deepEqual(withoutInfo(running), [])
})
