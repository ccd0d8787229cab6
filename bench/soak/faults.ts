import { setTimeout as delay } from 'node:timers/promises'
import { type SoakAgent, TIMEOUT_MS } from './agent.ts'
import type { Mood, SoakBackend } from './backend.ts'

const FAULT_MS = 4_000
const RESTART_MS = 1_000

/** Something that goes wrong; resolves when it is over, rejects when the soak is aborted. */
export interface Fault {
  readonly name: string
  readonly happen: () => Promise<void>
}

/** Faults without end, each kind in its order again and again. */
export interface Faults {
  /** After these another process is the agent. */
  readonly restarting: Generator<Fault, never>
  readonly keeping: Generator<Fault, never>
}

/** The faults of a soak. */
export function faults(agent: SoakAgent, backend: SoakBackend, signal: AbortSignal): Faults {
  const pause = (ms: number) => delay(ms, undefined, { signal })
  const mood = (name: string, which: Mood, ms = FAULT_MS): Fault => ({
    name,
    happen: async () => {
      backend.mood = which
      await pause(ms)
      backend.mood = 'well'
    },
  })
  const restart = (name: string, by: 'SIGKILL' | 'SIGTERM'): Fault => ({
    name,
    happen: async () => {
      await agent.end(by)
      await pause(RESTART_MS)
      agent.start()
    },
  })
  const stop: Fault = {
    name: 'agent paused by SIGSTOP',
    happen: async () => {
      agent.signal('SIGSTOP')
      await pause(FAULT_MS)
      agent.signal('SIGCONT')
    },
  }
  return {
    restarting: inTurn([
      restart('agent killed by SIGKILL', 'SIGKILL'),
      restart('agent stopped by SIGTERM', 'SIGTERM'),
    ]),
    keeping: inTurn([
      mood('backend answers nothing until the exporter gives up', 'hang', TIMEOUT_MS + 2_000),
      mood('backend answers 503', 'busy'),
      mood('backend takes events and cuts the connection', 'reset'),
      stop,
      mood('backend answers nothing for a while', 'hang'),
    ]),
  }
}

function* inTurn<T>(items: readonly T[]): Generator<T, never> {
  for (;;) yield* items
}
