import { open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '../../pipeline/sync-folder.ts'
import { openPglite } from './pglite.ts'

/** Makes the data folder of an empty PostgreSQL, whole or not at all. */
export async function createData(folder: string): Promise<void> {
  const made = `${folder}.new`
  await rm(made, { recursive: true, force: true })
  const pglite = await openPglite(made, false)
  await pglite.close()
  await syncTree(made)
  await rename(made, folder)
  await syncFolder(dirname(folder))
}

async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  const syncs = entries.map(entry => (entry.isDirectory() ? syncTree : syncFile)(join(folder, entry.name)))
  await Promise.all(syncs)
  await syncFolder(folder)
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
