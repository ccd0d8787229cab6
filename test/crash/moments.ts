import { watch } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../../bench/corpus/random.ts'
import type { AgentLife } from './agent-life.ts'
import type { Lane } from './lane.ts'

/** A moment that does not come is not waited for any longer, in milliseconds. */
const LONGEST_MS = 1_500

/** How often an agent is ended at which moment, by weight. */
const MOMENTS = { start: 25, work: 30, save: 25, delivery: 20 }

/** Waits for the moment at which an agent is to be ended, and says which it was. */
export async function untilMoment(
  life: AgentLife,
  lanes: readonly Lane[],
  checkpoints: string,
  random: Random,
): Promise<keyof typeof MOMENTS> {
  const moment = random.weighted(MOMENTS)
  // While it loads its code, reads its configuration and its checkpoint, and writes that for the first time.
  if (moment === 'start') await delay(random.integer(0, 800))
  else await life.running
  if (moment === 'work') await delay(random.integer(0, 400))
  if (moment === 'save') await untilSaving(checkpoints, random)
  if (moment === 'delivery') await untilDelivered(lanes, random)
  return moment
}

/** Until some checkpoint is being written, once or several times. */
async function untilSaving(checkpoints: string, random: Random): Promise<void> {
  let left = random.integer(1, 5) // each save is seen several times: created, written, renamed
  const { promise, resolve } = Promise.withResolvers<void>()
  const watcher = watch(checkpoints, () => {
    if (--left === 0) resolve()
  })
  await Promise.race([promise, delay(LONGEST_MS)])
  watcher.close()
}

/** Until just after some request was dealt with: between the backend's having events and the agent's knowing or noting it. */
async function untilDelivered(lanes: readonly Lane[], random: Random): Promise<void> {
  let left = random.integer(1, 8)
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
