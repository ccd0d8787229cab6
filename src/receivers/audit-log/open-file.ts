import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** Opens a regular file for reading. Does not hang on a named pipe. @throws with code EISDIR or ENOTFILE when it is something else */
export async function openFile(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = await handle.stat()
    if (stats.isFile()) return handle
    const [code, what] = stats.isDirectory()
      ? ['EISDIR', 'a directory']
      : ['ENOTFILE', 'a device, pipe or socket']
    throw Object.assign(new Error(`${path} is ${what}`), { code })
  } catch (error) {
    await handle.close()
    throw error
  }
}
