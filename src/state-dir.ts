import { chmod, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe } from './pipeline/health.ts'
import type { Log } from './pipeline/log.ts'
import { makeFolder } from './pipeline/sync-folder.ts'

// https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_NOTADB = 26

/** Who only looks whether an agent runs holds the lock for a moment. */
const PATIENCE_MS = 1_000
const POLL_MS = 50

/**
 * Makes the folder `service.stateDir` if need be and keeps every other agent and `replay` out of it, until the returned
 * function is called or the process ends, however it ends.
 * @throws when the folder cannot be made or another process holds it
 */
export async function holdStateDir(path: string, log: Log): Promise<() => void> {
  await makeFolder(path).catch((cause: unknown) => {
    throw new Error(`cannot create service.stateDir ${path}, expected a folder that the agent may write`, {
      cause,
    })
  })
  const lock = join(path, 'lock')
  try {
    for (const until = performance.now() + PATIENCE_MS; ; await wait(POLL_MS)) {
      const release = await holdFile(lock)
      if (release !== undefined) return release
      if (performance.now() > until) break
    }
  } catch (error) {
    log.error(
      `cannot lock ${lock}: ${describe(error)}. Events are delivered nevertheless; make sure that no other auditship uses ` +
        `${path}, and make it writable`,
    )
    return () => {}
  }
  throw new Error(
    `service.stateDir ${path} is in use by another auditship process, expected one for each. ` +
      'Stop that one, or set a service.stateDir of its own for this one',
  )
}

/**
 * Locks a file, which is made if need be, until the returned function is called or the process ends, however it ends.
 * Undefined when it is locked already. @throws when it cannot be locked at all
 */
export async function holdFile(lock: string): Promise<(() => void) | undefined> {
  try {
    return await hold(lock).catch(async (error: unknown) => {
      if (errcodeOf(error) !== SQLITE_NOTADB) throw error
      // Something else wrote into it. Emptied it is the same file, so that whoever holds it keeps it.
      await truncate(lock)
      return hold(lock)
    })
  } catch (error) {
    if (errcodeOf(error) === SQLITE_BUSY) return undefined
    throw error
  }
}

function errcodeOf(error: unknown): unknown {
  return error instanceof Error && 'errcode' in error ? error.errcode : undefined
}

/**
 * Node.js cannot lock a file, but SQLite can: the kernel drops its lock with the process, and it holds between containers
 * that share the folder, where process ids mean nothing.
 */
async function hold(lock: string): Promise<() => void> {
  const { DatabaseSync } = await import('node:sqlite')
  // For its user alone, as whoever may read it may lock it. By its name: to close another handle of it would drop SQLite's lock.
  await writeFile(lock, '', { flag: 'wx', mode: 0o600 }).catch(() => {})
  await chmod(lock, 0o600).catch(() => {})
  const database = new DatabaseSync(lock)
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw error
  }
  return () => {
    if (database.isOpen) database.close()
  }
}
