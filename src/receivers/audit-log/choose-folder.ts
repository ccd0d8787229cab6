import { access } from 'node:fs/promises'
import { wait } from '../../pipeline/backoff.ts'
import type { ComponentContext } from '../../pipeline/contracts.ts'
import type { LogFolder } from './log-folder.ts'
import { StandingProblem } from './standing-problem.ts'

/** The first of `folders` with a live file, else the first with rotated files; undefined when there is none yet. */
async function firstWithLog(folders: readonly LogFolder[]): Promise<LogFolder | undefined> {
  for (const folder of folders) {
    const isThere = await access(folder.live.path).then(
      () => true,
      () => false,
    )
    if (isThere) return folder
  }
  for (const folder of folders) if ((await folder.rotated().catch(() => [])).length > 0) return folder
  return undefined
}

/**
 * Waits until the log is in one of the places where it may be. A single place needs no waiting: its follower waits by itself.
 * @throws with `once`, when it is in none of them; the signal's reason when it aborts
 */
export async function chooseFolder(
  folders: readonly LogFolder[],
  pollMs: number,
  { log, once }: Pick<ComponentContext, 'log' | 'once'>,
  signal: AbortSignal,
): Promise<LogFolder> {
  const [only, another] = folders
  if (only !== undefined && another === undefined) return only
  const problem = new StandingProblem(log)
  const places = folders.map(folder => folder.live.path).join(' or ')
  for (;;) {
    const folder = await firstWithLog(folders)
    if (folder !== undefined) return folder
    if (once) throw new Error(`nothing to read: there is no ${places}`)
    problem.raise(
      'warn',
      `waiting for ${places}: there is no such file. Another place is set by pathPrefix and filename`,
    )
    await wait(pollMs, signal)
  }
}
