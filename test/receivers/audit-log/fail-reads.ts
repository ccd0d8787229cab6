import { type FileHandle, open, stat } from 'node:fs/promises'
import type { TestContext } from 'node:test'

/** Makes every reading of the content of this file fail as from a bad sector, until the result is called. */
export async function failReads(t: TestContext, path: string): Promise<() => void> {
  const { ino } = await stat(path)
  const handle = await open(path, 'r')
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  const { readv } = prototype
  const { mock } = t.mock.method(prototype, 'readv', async function (this: FileHandle, ...read: never) {
    if ((await this.stat()).ino === ino)
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
    return readv.apply(this, read)
  })
  return () => mock.restore()
}
