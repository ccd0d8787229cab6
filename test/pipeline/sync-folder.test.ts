import assert from 'node:assert/strict'
import { chmod, mkdir, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { makeFolder } from '../../src/pipeline/sync-folder.ts'
import { countSyncs } from '../count-syncs.ts'
import { tempDir } from '../temp-dir.ts'

/** Makes the next sync fail, as on a bad disk. */
async function failNextSync(t: TestContext): Promise<void> {
  const handle = await open('.', 'r')
  const prototype = Object.getPrototypeOf(handle) as typeof handle
  await handle.close()
  const failure = Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' })
  const { mock } = t.mock.method(prototype, 'sync', async () => {
    mock.restore()
    throw failure
  })
}

suite('a new folder survives a power loss', () => {
  test('with all that were made above it, synced once, for the owner alone', async t => {
    const folder = join(await tempDir(t), 'a', 'b', 'c')
    const syncs = await countSyncs(t)
    await makeFolder(folder)
    assert.equal(syncs(), 3)
    await makeFolder(folder)
    assert.equal(syncs(), 3)
    assert.equal((await stat(join(folder, '..'))).mode & 0o777, 0o700)
  })

  test('also when a sync fails at first', async t => {
    const folder = join(await tempDir(t), 'a', 'b', 'c')
    await failNextSync(t)
    await assert.rejects(makeFolder(folder), /EIO/)
    const syncs = await countSyncs(t)
    await makeFolder(folder)
    assert.equal(syncs(), 3)
  })

  test('also when a process made it that died before the sync', async t => {
    const folder = join(await tempDir(t), 'a')
    await mkdir(folder)
    const syncs = await countSyncs(t)
    await makeFolder(folder)
    assert.equal(syncs(), 1)
  })

  test('also when it was removed and is made again', async t => {
    const folder = join(await tempDir(t), 'a', 'b')
    await makeFolder(folder)
    await rm(join(folder, '..'), { recursive: true })
    const syncs = await countSyncs(t)
    await makeFolder(folder)
    assert.equal(syncs(), 2)
  })

  test('as far as the one above may be read', async t => {
    const above = await tempDir(t)
    await chmod(above, 0o333)
    // Root may read everything: be somebody else meanwhile.
    const isRoot = process.geteuid?.() === 0
    if (isRoot) process.seteuid?.(65534)
    try {
      await makeFolder(join(above, 'a'))
    } finally {
      if (isRoot) process.seteuid?.(0)
      await chmod(above, 0o700)
    }
  })
})
