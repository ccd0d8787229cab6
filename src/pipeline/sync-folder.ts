import { open } from 'node:fs/promises'

/** Syncs a folder: a new name in it survives a power loss only after that. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
