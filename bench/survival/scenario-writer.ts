import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Written } from '../scenario/log-writer.ts'
import type { Scenario } from './scenario.ts'

/** The process that writes the log. */
export interface ScenarioWriter {
  /** Lets it write what follows the first event. */
  go(): void
  /** Resolves when all is written and compressed. @throws when it failed */
  readonly written: Promise<Written>
  kill(): void
}

/** Starts `write-scenario.ts`, which writes the first event at once. */
export function startScenarioWriter(folder: string, scenario: Scenario, seed: number): ScenarioWriter {
  const script = fileURLToPath(new URL('write-scenario.ts', import.meta.url))
  const child = fork(script, [folder, `${seed}`, JSON.stringify(scenario)])
  const failed = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the writer ended with ${code ?? signal}`)
  })
  const written = Promise.race([once(child, 'message').then(([written]) => written as Written), failed])
  written.catch(() => {}) // told whoever asks
  return { go: () => void child.send('go'), written, kill: () => void child.kill('SIGKILL') }
}
