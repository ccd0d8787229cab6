import { setTimeout as delay } from 'node:timers/promises'
import type { SoakAgent } from './agent.ts'
import type { Mood, SoakBackend } from './backend.ts'

const FAULT_MS = 4_000
const RESTART_MS = 1_000

/** Something that goes wrong; resolves when it is over. */
export interface Fault {
  readonly name: string
  readonly happen: () => Promise<void>
}

/** The faults, in the order in which they come again and again. */
export function faults(agent: SoakAgent, backend: SoakBackend): readonly Fault[] {
  const mood = (name: string, which: Mood): Fault => ({
    name,
    happen: async () => {
      backend.mood = which
      await delay(FAULT_MS)
      backend.mood = 'well'
    },
  })
  return [
    mood('backend answers 503', 'busy'),
    {
      name: 'agent killed by SIGKILL',
      happen: async () => {
        await agent.end('SIGKILL')
        await delay(RESTART_MS)
        agent.start()
      },
    },
    mood('backend takes events and cuts the connection', 'reset'),
    {
      name: 'agent paused by SIGSTOP',
      happen: async () => {
        agent.signal('SIGSTOP')
        await delay(FAULT_MS)
        agent.signal('SIGCONT')
      },
    },
    mood('backend answers nothing', 'hang'),
    {
      name: 'agent stopped by SIGTERM',
      happen: async () => {
        await agent.end('SIGTERM')
        await delay(RESTART_MS)
        agent.start()
      },
    },
  ]
}
