import { type EventClass, event } from './events.ts'
import { goJson } from './go-json.ts'
import { newWorld } from './world.ts'

/** How often each class of event occurs, in percent: a cluster whose policy logs bodies for writes that matter. */
export const MIX: Readonly<Record<EventClass, number>> = {
  metadata: 69,
  exec: 1,
  request: 25,
  requestResponse: 5,
}

/** One line of the corpus. */
export interface CorpusLine {
  readonly kind: EventClass
  /** JSON without the newline. */
  readonly text: string
}

/** Audit events without end; the same seed gives the same lines. */
export function* corpusLines(seed: number): Generator<CorpusLine, never> {
  const world = newWorld(seed)
  for (;;) {
    world.clock.advance(world.random.integer(50, 4_000))
    const kind = world.random.weighted(MIX)
    yield { kind, text: goJson(event(world, kind)) }
  }
}
