import assert from 'node:assert/strict'
import {
  appendFile,
  copyFile,
  type FileHandle,
  link,
  open,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openFound } from '../../../src/receivers/audit-log/found-file.ts'
import { LogFolder } from '../../../src/receivers/audit-log/log-folder.ts'
import { marksOf } from '../../../src/receivers/audit-log/progress.ts'
import { ProgressKeeper } from '../../../src/receivers/audit-log/progress-keeper.ts'
import type { LogFile } from '../../../src/receivers/audit-log/rotated-files.ts'
import { line, lines, TestLog } from './harness.ts'

/** A log with five events in its live file, and an account that takes for gone what one look does not show. */
async function account(t: TestContext) {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  const folder = new LogFolder(log.path)
  const progress = new ProgressKeeper([], true, () => {})
  const look = async (isOpen = () => false) => {
    const found = await folder.look(marksOf(progress.now), isOpen)
    await found.live?.source.close()
    return found
  }
  /** Reads to the end of the file as it is. */
  const read = async (file: LogFile, isEnded: boolean) => {
    const found = await openFound(file, marksOf(progress.now))
    progress.open(found)
    progress.advance(found.cursor.after(found.head.subarray(found.cursor.offset)), found.source.size)
    await found.source.close()
    const mark = progress.leave(isEnded)
    if (isEnded) folder.finished(found, mark)
  }
  return { log, folder, progress, look, read, rotated: log.backup(1) }
}

for (const isEnded of [true, false]) {
  test(`a rotated file that was ${isEnded ? '' : 'not '}read to its end for good is ${isEnded ? 'no' : 'a'} gap when it disappears`, async t => {
    const { log, folder, progress, look, read, rotated } = await account(t)
    await log.rotate(1)
    await log.append(line(6))
    const [file] = await folder.rotated()
    assert.ok(file)
    await read(file, isEnded)
    await rm(rotated)
    assert.equal(progress.note(await look()).length, isEnded ? 0 : 1)
  })
}

test('a finished file has something unread as soon as it grows', async t => {
  const { log, folder, progress, look, read, rotated } = await account(t)
  await log.rotate(1)
  await log.append(line(7))
  const [file] = await folder.rotated()
  assert.ok(file)
  await read(file, true)
  assert.deepEqual((await look()).unread, [])
  await appendFile(rotated, line(6))
  const grown = await look()
  assert.deepEqual(
    grown.unread.map(unread => [unread.file.path, unread.mark?.offset]),
    [[rotated, lines(1, 5).length]],
  )
  progress.note(grown)
  await rm(rotated)
  assert.deepEqual(
    progress.note(await look()).map(({ size, offset }) => size - offset),
    [line(6).length],
  )
})

test('a copy of what was read of the live file has nothing unread and is no gap when it disappears', async t => {
  const { log, folder, progress, look, read, rotated } = await account(t)
  await read(folder.live, false)
  await copyFile(log.path, rotated)
  await log.append(line(6))
  await read(folder.live, false)
  const found = await look()
  assert.deepEqual([found.unread.length, found.copies.length], [0, 1])
  progress.note(found)
  await rm(rotated)
  assert.deepEqual(progress.note(await look()), [])
})

test('a copy of the live file with what was not read of it is unread', async t => {
  const { log, folder, look, read, rotated } = await account(t)
  await read(folder.live, false)
  await log.append(line(6))
  await copyFile(log.path, rotated)
  const { unread, copies } = await look()
  assert.deepEqual([unread.length, copies.length], [1, 0])
})

test('a rotated file that is being read is left out', async t => {
  const { log, look } = await account(t)
  await log.rotate(1)
  assert.equal((await look()).unread.length, 1)
  await log.append(line(6))
  const { unread } = await look(() => true)
  assert.deepEqual(unread, [])
})

test('a hard link to the live file is left out', async t => {
  const { log, look, rotated } = await account(t)
  await link(log.path, rotated)
  const { unread, copies } = await look()
  assert.deepEqual([unread, copies], [[], []])
})

/** Has `rest` appended to the file as soon as a reader has come to its end. */
async function grownAtItsEnd(t: TestContext, path: string, rest: Buffer): Promise<void> {
  const { ino } = await stat(path)
  const handle = await open(path, 'r')
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  const { read } = prototype
  const { mock } = t.mock.method(prototype, 'read', async function (this: FileHandle, ...where: never) {
    const outcome = await (read.apply(this, where) as ReturnType<FileHandle['read']>)
    if (outcome.bytesRead > 0 || (await this.stat()).ino !== ino) return outcome
    mock.restore()
    await appendFile(path, rest)
    return outcome
  })
}

test('a .gz that becomes complete while it is looked at is the file that it was made of, and no other', async t => {
  const { log, folder, progress, look, rotated } = await account(t)
  await log.append(lines(6, 2000))
  await log.rotate(1)
  await log.append(line(2001))
  const [file] = await folder.rotated()
  assert.ok(file)
  const content = await readFile(rotated)
  const found = await openFound(file, [])
  progress.open(found)
  progress.advance(found.cursor.after(content.subarray(0, content.length / 2)), content.length)
  await found.source.close()
  progress.leave(false)
  const compressed = gzipSync(content)
  await writeFile(`${rotated}.gz`, compressed.subarray(0, compressed.length / 4))
  await grownAtItsEnd(t, `${rotated}.gz`, compressed.subarray(compressed.length / 4))
  assert.deepEqual(progress.note(await look()), [])
  await rm(rotated)
  const after = await look()
  assert.deepEqual(
    after.unread.map(({ mark }) => mark?.offset),
    [Math.floor(content.length / 2)],
  )
  assert.deepEqual(progress.note(after), [])
})

test('a file that is found compressed before anything was read of it under its own name is that file, and no gap', async t => {
  const log = await TestLog.create(t)
  await log.append('')
  const folder = new LogFolder(log.path)
  const progress = new ProgressKeeper([], true, () => {})
  const look = async () => {
    const found = await folder.look(marksOf(progress.now), () => false)
    await found.live?.source.close()
    return progress.note(found)
  }
  const live = await openFound(folder.live, [])
  progress.open(live)
  const content = Buffer.from(lines(1, 50))
  await log.append(content.toString())
  await log.rotate(1)
  await log.append(line(51))
  await writeFile(`${log.backup(1)}.gz`, gzipSync(content))
  await rm(log.backup(1))
  assert.deepEqual(await look(), [])
  assert.equal(progress.bytesBehind, content.length + line(51).length)
  progress.advance(live.cursor.after(content), content.length)
  await live.source.close()
  assert.deepEqual(await look(), [])
  progress.leave(true)
  assert.deepEqual(await look(), [])
  progress.reached(progress.now)
  assert.deepEqual(
    progress.marksToSave().map(({ offset, ended }) => [offset, ended]),
    [[content.length, true]],
  )
  assert.equal(progress.bytesBehind, line(51).length)
})
