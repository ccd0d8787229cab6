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

/** Creates a folder, and those above it, for the owner alone, so that their names survive a power loss. Does nothing when it exists. */
export async function makeFolder(path: string): Promise<void> {
  const highest = await mkdir(path, { recursive: true, mode: 0o700 })
  if (highest === undefined) return
  for (let made = resolve(path); ; made = dirname(made)) {
    await syncFolder(dirname(made))
    if (made === resolve(highest)) return
  }
}
