import assert from 'node:assert/strict'
import { chmod, type FileHandle, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { silentLog } from '../../../src/pipeline/log.ts'
import { CheckpointSaver } from '../../../src/receivers/audit-log/checkpoint-saver.ts'
import { countSyncs } from '../../count-syncs.ts'
import { line, lines, numbers, receives, start, TestLog, until, withoutInfo } from './harness.ts'

const checkpoint = (log: TestLog) => join(log.stateDir, 'checkpoints', 'test@auditLog.json')

const HASH = `${'A'.repeat(43)}=`
const HUGE_TAIL = { length: 1e12, sha256: HASH }
const DAMAGED_MARK = {
  name: 'audit.log',
  head: { length: 1, sha256: HASH },
  offset: 9,
  tail: HUGE_TAIL,
  size: 9,
  ended: false,
}

const UNUSABLE = [
  { title: 'empty', content: '' },
  { title: 'full of NULs, as a power failure may leave it', content: '\0'.repeat(500) },
  { title: 'cut off', content: '{"version":1,"lo' },
  { title: 'of a newer version', content: '{"version":2,"logs":{}}' },
  { title: 'of impossible lengths', content: JSON.stringify({ version: 1, logs: { '/x': [DAMAGED_MARK] } }) },
  { title: 'of another shape', content: '{"version":1,"logs":{"/x":[{"offset":-1}]}}' },
]

for (const { title, content } of UNUSABLE)
  test(`a checkpoint that is ${title} is set aside with an error, and the log is read from its beginning`, async t => {
    const log = await TestLog.create(t)
    await log.append(lines(1, 5))
    await mkdir(join(log.stateDir, 'checkpoints'))
    await writeFile(checkpoint(log), content)
    // Even with startAt end: what was delivered is not known, so nothing may be skipped.
    const running = await start(log, { options: { startAt: 'end' } })
    await receives(running, numbers(1, 5))
    assert.match(running.said[0] ?? '', /^ERROR cannot use the checkpoint .*set aside: .*\.damaged-1$/)
    assert.equal(await readFile(`${checkpoint(log)}.damaged-1`, 'utf8'), content)
  })

test('a second damaged checkpoint does not overwrite the first that was set aside', async t => {
  const log = await TestLog.create(t)
  await log.append(line(1))
  await mkdir(join(log.stateDir, 'checkpoints'))
  for (const content of ['first', 'second']) {
    await writeFile(checkpoint(log), content)
    const running = await start(log)
    await receives(running, [1])
    await running.stop()
  }
  assert.deepEqual((await readdir(join(log.stateDir, 'checkpoints'))).sort(), [
    'test@auditLog.json',
    'test@auditLog.json.damaged-1',
    'test@auditLog.json.damaged-2',
  ])
})

test('the checkpoint is saved while running, soon after the acknowledgement', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  await start(log)
  await until(
    async () => (await readFile(checkpoint(log), 'utf8')).includes(`"offset":${lines(1, 5).length}`),
    () => 'no checkpoint with the offset',
  )
})

test('a checkpoint without news is not written again', async t => {
  const log = await TestLog.create(t)
  const path = join(log.stateDir, 'checkpoint.json')
  const saver = new CheckpointSaver(path, () => 'the same', { log: silentLog, problems: new Set() })
  saver.changed()
  await saver.flush()
  await writeFile(path, 'untouched')
  saver.changed()
  await saver.flush()
  assert.equal(await readFile(path, 'utf8'), 'untouched')
})

test('a checkpoint that cannot be written: an error once, delivery goes on, saved when it can be again', async t => {
  const log = await TestLog.create(t)
  const running = await start(log)
  await rm(dirname(checkpoint(log)), { recursive: true })
  await writeFile(dirname(checkpoint(log)), 'a file where the folder belongs')
  await log.append(line(1))
  await receives(running, [1])
  await log.append(line(2))
  await receives(running, [1, 2])
  const errors = () => running.said.filter(text => text.startsWith('ERROR cannot save the checkpoint'))
  await until(
    () => errors().length > 0,
    () => running.said,
  )
  await rm(dirname(checkpoint(log)))
  await until(
    () => running.said.some(text => text.endsWith('is saved again')),
    () => running.said,
  )
  assert.equal(errors().length, 1)
  await running.stop()
  await log.append(line(3))
  await receives(await start(log), [3])
})

test('a folder in place of the checkpoint is set aside, and the next start finds a good one', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  await mkdir(checkpoint(log), { recursive: true })
  const first = await start(log)
  await receives(first, numbers(1, 5))
  assert.match(first.said[0] ?? '', /^ERROR cannot use the checkpoint .*EISDIR.*set aside: .*\.damaged-1$/)
  await first.stop()
  await log.append(line(6))
  const second = await start(log)
  await receives(second, [6])
  assert.deepEqual(withoutInfo(second), [])
})

/** Runs `act` as somebody who may read and write only what everybody may. */
async function asNobody(log: TestLog, act: () => Promise<void>): Promise<void> {
  for (const folder of [log.root, log.folder, log.stateDir]) await chmod(folder, 0o777)
  // Root may do everything: be somebody else meanwhile.
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65534)
  try {
    await act()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}

test('a checkpoint that may not be read is set aside with an error, and the log is read from its beginning', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  await mkdir(dirname(checkpoint(log)))
  await writeFile(checkpoint(log), '{"version":1,"logs":{}}')
  await chmod(log.path, 0o666)
  await chmod(checkpoint(log), 0)
  await chmod(dirname(checkpoint(log)), 0o777)
  await asNobody(log, async () => {
    for (const last of [5, 6]) {
      const running = await start(log)
      await receives(running, last === 5 ? numbers(1, 5) : [6])
      await running.stop()
      if (last === 5) assert.match(running.said[0] ?? '', /^ERROR .*EACCES.*set aside: .*\.damaged-1$/)
      else assert.deepEqual(withoutInfo(running), [])
      if (last === 5) await log.append(line(6))
    }
  })
})

test('neither the checkpoint nor its folder may be read or written: two errors, events are delivered all the same', async t => {
  const log = await TestLog.create(t)
  await log.append(lines(1, 5))
  await mkdir(dirname(checkpoint(log)))
  await writeFile(checkpoint(log), '{"version":1,"logs":{}}')
  await chmod(log.path, 0o644)
  await chmod(checkpoint(log), 0)
  await chmod(dirname(checkpoint(log)), 0o555)
  await asNobody(log, async () => {
    const running = await start(log)
    await receives(running, numbers(1, 5))
    await running.stop()
    const [unusable, unsaved, ...others] = withoutInfo(running)
    assert.match(unusable ?? '', /^ERROR cannot use the checkpoint .*could not be set aside: .*EACCES/)
    assert.match(unsaved ?? '', /^ERROR cannot save the checkpoint .*EACCES/)
    assert.deepEqual(others, [])
  })
  await chmod(dirname(checkpoint(log)), 0o755)
})

test('a full disk: an error once, delivery goes on, saved when there is room again', async t => {
  const log = await TestLog.create(t)
  const running = await start(log)
  const restore = await fillDisk(t)
  await log.append(line(1))
  await receives(running, [1])
  const errors = () => running.said.filter(text => text.startsWith('ERROR'))
  await until(
    () => errors().length > 0,
    () => running.said,
  )
  await log.append(line(2))
  await receives(running, [1, 2])
  restore()
  await until(
    () => running.said.some(text => text.endsWith('is saved again')),
    () => running.said,
  )
  assert.equal(errors().length, 1)
  assert.match(errors()[0] ?? '', /^ERROR cannot save the checkpoint .*ENOSPC.*Free space/)
  await running.stop()
  await log.append(line(3))
  await receives(await start(log), [3])
})

/** Lets every writing of a whole file fail as on a full disk, after half of it, until the result is called. */
async function fillDisk(t: TestContext): Promise<() => void> {
  const handle = await open('.', 'r')
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  const { mock } = t.mock.method(prototype, 'writeFile', async function (this: FileHandle, content: string) {
    await this.write(content.slice(0, content.length / 2))
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  })
  return () => mock.restore()
}

test('the folder of a first checkpoint is synced in those above it, up to one that was there', async t => {
  const log = await TestLog.create(t)
  const syncs = await countSyncs(t)
  const path = join(log.stateDir, 'a', 'checkpoints', 'checkpoint.json')
  const contents = ['first', 'second']
  const saver = new CheckpointSaver(path, () => contents[0] ?? '', { log: silentLog, problems: new Set() })
  const save = async () => {
    const before = syncs()
    saver.changed()
    await saver.flush()
    return syncs() - before
  }
  // Two folders, the file and its folder; then the file and its folder.
  assert.equal(await save(), 4)
  contents.shift()
  assert.equal(await save(), 2)
})

test('a file without read permission is an error once, read as soon as it is permitted', async t => {
  const log = await TestLog.create(t)
  await log.append(line(1))
  await chmod(log.path, 0)
  for (const folder of [log.root, log.folder, log.stateDir]) await chmod(folder, 0o777)
  // Root may read everything: be somebody else meanwhile.
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65534)
  try {
    const running = await start(log)
    const errors = () => running.said.filter(text => text.startsWith('ERROR'))
    await until(
      () => errors().length > 0,
      () => running.said,
    )
    if (isRoot) process.seteuid?.(0)
    await chmod(log.path, 0o666)
    await receives(running, [1])
    assert.equal(errors().length, 1)
    assert.match(errors()[0] ?? '', /cannot read .*audit.log: permission denied.*runAsUser/)
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})
