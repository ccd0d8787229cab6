import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { SinkStats } from '../sink/stats.ts'

/** A counting backend in a process of its own. */
export interface SinkProcess {
  readonly endpoint: string
  stats(): Promise<SinkStats>
  reset(): Promise<void>
  stop(): Promise<void>
}

/** Starts `bench/sink.ts`, on a free port when none is given; it answers so many milliseconds late. */
export async function startSink(port = 0, answerAfterMs = 0): Promise<SinkProcess> {
  const script = fileURLToPath(new URL('../sink.ts', import.meta.url))
  const child = spawn(process.execPath, [script, '--port', `${port}`, '--answer-after', `${answerAfterMs}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const killed = () => child.kill()
  process.once('exit', killed)
  const ended = once(child, 'exit').then(() => process.off('exit', killed))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const endpoint = line.toString().trim()
  return {
    endpoint,
    stats: async () => (await fetch(`${endpoint}/stats`)).json() as Promise<SinkStats>,
    reset: async () => {
      await fetch(`${endpoint}/reset`, { method: 'POST' })
    },
    stop: async () => {
      child.kill()
      await ended
    },
  }
}
