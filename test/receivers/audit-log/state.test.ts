import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { silentLog } from '../../../src/pipeline/log.ts'
import { CheckpointSaver } from '../../../src/receivers/audit-log/checkpoint-saver.ts'
import { line, lines, numbers, receives, start, TestLog, until } from './harness.ts'

const checkpoint = (log: TestLog) => join(log.stateDir, 'checkpoints', 'test@auditLog.json')

const UNUSABLE = [
  { title: 'empty', content: '' },
  { title: 'cut off', content: '{"version":1,"lo' },
  { title: 'of a newer version', content: '{"version":2,"logs":{}}' },
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
  const saver = new CheckpointSaver(path, () => 'the same', silentLog)
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
