import { Clock } from './clock.ts'
import { Random } from './random.ts'

/** What every part of the corpus is drawn from. */
export interface World {
  readonly random: Random
  readonly clock: Clock
}

export function newWorld(seed: number): World {
  return { random: new Random(seed), clock: new Clock() }
}
