import { mkdir, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Syncs a folder: a new name in it survives a power loss only after that. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Folders that this process made or was asked for: whether their names are known to survive a power loss. */
const survives = new Map<string, boolean>()

/**
 * Creates a folder, and those above it, for the owner alone, so that their names survive a power loss. What could not be
 * synced is synced at the next call; a folder that is there at the first call may be from a process that died before its sync.
 */
export async function makeFolder(path: string): Promise<void> {
  const wanted = resolve(path)
  const highest = await mkdir(wanted, { recursive: true, mode: 0o700 })
  const folders = withThoseAbove(wanted)
  if (!survives.has(wanted)) survives.set(wanted, false)
  if (highest !== undefined)
    for (const made of folders.slice(0, folders.indexOf(resolve(highest)) + 1)) survives.set(made, false)
  for (const folder of folders) {
    if (survives.get(folder) !== false) continue
    await syncFolder(dirname(folder)).catch(unlessImpossible)
    survives.set(folder, true)
  }
}

/** A path and the folders above it but the root, the nearest first; absolute. */
export function withThoseAbove(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [] : [folder, ...withThoseAbove(above)]
}

/** A folder that may be passed through but not read cannot be synced, nor one of a read-only file system that knows no sync. */
function unlessImpossible(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EACCES' && error.code !== 'EINVAL') throw error
}
