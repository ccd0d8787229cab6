import { open } from 'node:fs/promises'
import type { TestContext } from 'node:test'

/** Counts the syncs of files and folders from now to the end of the test. */
export async function countSyncs(t: TestContext): Promise<() => number> {
  const handle = await open('.', 'r')
  const prototype = Object.getPrototypeOf(handle) as typeof handle
  await handle.close()
  const sync = t.mock.method(prototype, 'sync')
  return () => sync.mock.callCount()
}
