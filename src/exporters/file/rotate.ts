import { rename, stat } from 'node:fs/promises'

/**
 * Renames `path` to `path.1`, `path.1` to `path.2` and so on, up to `path.{maxFiles}`, which is overwritten.
 * A crash in between leaves a gap in the numbers, which the next rotation closes.
 * Returns the name of the file that was overwritten, if one was.
 */
export async function rotate(path: string, maxFiles: number): Promise<string | undefined> {
  let free = 1
  while (free <= maxFiles && (await exists(`${path}.${free}`))) free++
  const deleted = free > maxFiles ? `${path}.${maxFiles}` : undefined
  for (let number = Math.min(free, maxFiles); number > 1; number--) {
    await rename(`${path}.${number - 1}`, `${path}.${number}`)
  }
  await rename(path, `${path}.1`)
  return deleted
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}
