import { wait } from '../../pipeline/backoff.ts'
import type { ComponentContext } from '../../pipeline/contracts.ts'
import type { LogPlace } from './log-place.ts'
import { StandingProblem } from './standing-problem.ts'

/** The first of `places` with a live file, else the first with rotated files; undefined when there is none yet. */
async function firstWithLog(places: readonly LogPlace[]): Promise<LogPlace | undefined> {
  for (const place of places) if (await place.hasLog()) return place
  for (const place of places) {
    const rotated = (await place.only?.rotated().catch(() => [])) ?? []
    if (rotated.length > 0) return place
  }
  return undefined
}

/**
 * Waits until a log is in one of the places where it may be. A single place needs no waiting: its follower waits by itself.
 * @throws with `once`, when it is in none of them; the signal's reason when it aborts
 */
export async function choosePlace(
  places: readonly LogPlace[],
  pollMs: number,
  context: Pick<ComponentContext, 'log' | 'problems' | 'once'>,
  signal: AbortSignal,
): Promise<LogPlace> {
  const [only, another] = places
  if (only !== undefined && another === undefined) return only
  const problem = new StandingProblem(context)
  const paths = places.map(({ path }) => path).join(' or ')
  for (;;) {
    const place = await firstWithLog(places)
    if (place !== undefined) return place
    if (context.once) throw new Error(`nothing to read: there is no ${paths}`)
    problem.raise(
      'warn',
      `waiting for ${paths}: there is no such file. Another place is set by pathPrefix and filename`,
    )
    await wait(pollMs, signal)
  }
}
