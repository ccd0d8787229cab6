import { watch } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { AgentLife } from './agent-life.ts'
import type { Site } from './site.ts'

/** A moment that does not come is not waited for any longer, in milliseconds. */
const LONGEST_MS = 2_500

/** How often an agent is ended at which moment, by weight. */
const MOMENTS = { start: 20, save: 25, delivery: 20, end: 35 }

/** Waits for the moment at which an agent is to be ended, and says which it was. */
export async function untilMoment(life: AgentLife, site: Site): Promise<keyof typeof MOMENTS> {
  const { random } = site
  const moment = random.weighted(MOMENTS)
  // While it loads its code, reads its configuration and its checkpoint, and writes that for the first time.
  if (moment === 'start') await delay(random.integer(0, 800))
  else await life.running
  if (moment === 'save') await untilSaving(site)
  if (moment === 'delivery') await untilDelivered(site)
  if (moment === 'end') await untilAtTheEnd(site)
  return moment
}

/** Until some checkpoint is being written, once or several times. */
async function untilSaving({ checkpoints, random }: Site): Promise<void> {
  let left = random.integer(1, 16) // each save is seen several times: created, written, renamed
  const { promise, resolve } = Promise.withResolvers<void>()
  const watcher = watch(checkpoints, () => {
    if (--left === 0) resolve()
  })
  await Promise.race([promise, delay(LONGEST_MS)])
  watcher.close()
}

/** Until just after some request was dealt with: between the backend's having events and the agent's knowing or noting it. */
async function untilDelivered({ lanes, random }: Site): Promise<void> {
  let left = random.integer(1, 30)
  const { promise, resolve } = Promise.withResolvers<void>()
  for (const { sink } of lanes) {
    sink.onRequest = () => {
      if (--left === 0) resolve()
    }
  }
  await Promise.race([promise, delay(LONGEST_MS)])
  for (const { sink } of lanes) sink.onRequest = () => {}
  if (random.chance(0.5)) await delay(random.integer(1, 30))
}

/** Until it follows the log where it is being written and rotated, and some time later. */
async function untilAtTheEnd(site: Site): Promise<void> {
  const deadline = performance.now() + LONGEST_MS
  while (!site.isAtTheEnd && performance.now() < deadline) await delay(5)
  await delay(site.random.integer(0, 500))
}
