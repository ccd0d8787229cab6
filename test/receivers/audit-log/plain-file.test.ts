import assert from 'node:assert/strict'
import { type FileHandle, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { GzipFile } from '../../../src/receivers/audit-log/gzip-file.ts'
import { PlainFile } from '../../../src/receivers/audit-log/plain-file.ts'
import { tempDir } from '../../temp-dir.ts'

for (const [title, file] of [
  ['plain', PlainFile],
  ['compressed', GzipFile],
] as const) {
  test(`a ${title} file whose size cannot be read does not stay open`, async t => {
    const path = join(await tempDir(t), 'audit.log')
    await writeFile(path, '')
    const handle = await open(path, 'r')
    const prototype = Object.getPrototypeOf(handle) as FileHandle
    await handle.close()
    const { stat } = prototype
    const opened: FileHandle[] = []
    t.mock.method(prototype, 'stat', async function (this: FileHandle, options?: { bigint: true }) {
      opened.push(this)
      if (options?.bigint) throw Object.assign(new Error('EIO: i/o error, fstat'), { code: 'EIO' })
      return stat.call(this)
    })
    await assert.rejects(file.open(path), /EIO/)
    assert.deepEqual(
      opened.map(({ fd }) => fd),
      [-1, -1],
    )
  })
}
