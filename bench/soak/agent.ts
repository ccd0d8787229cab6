import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environmentOf, flagsOf } from '../run/measure.ts'

/** What is published; it is run as its first line says. */
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const LONGEST_END_MS = 60_000

/** How long the agent's exporter waits for an answer: short, so that a hanging backend can outlast it. */
export const TIMEOUT_MS = 5_000

/** The agent with its defaults but `timeout`, through its crashes. */
export class SoakAgent {
  readonly #config: string
  readonly #output: number
  #child: ChildProcess | undefined

  /** Its state and what it says (`agent.log`) are in `folder`. */
  constructor(folder: string, logs: string, endpoint: string) {
    mkdirSync(folder, { recursive: true })
    this.#config = join(folder, 'auditship.yaml')
    this.#output = openSync(join(folder, 'agent.log'), 'a')
    const configuration = {
      receivers: { auditLog: { pathPrefix: logs } },
      processors: { redact: false }, // each event is compared as it was written
      exporters: { otlp: { endpoint, timeout: `${TIMEOUT_MS}ms` } },
      service: { stateDir: join(folder, 'state') },
    }
    writeFileSync(this.#config, JSON.stringify(configuration)) // every JSON document is YAML
  }

  /** Of the process that runs now, or ran last. */
  get pid(): number {
    return this.#child?.pid ?? 0
  }

  start(): void {
    const args = [...flagsOf(CLI), CLI, 'run', '--config', this.#config]
    this.#child = spawn(process.execPath, args, {
      stdio: ['ignore', this.#output, this.#output],
      env: { ...process.env, ...environmentOf(CLI) },
    })
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** Ends it by a signal; resolves when it has ended. @throws when it has ended by itself, or runs on for a minute */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(
        `the agent ended by itself with ${child.exitCode ?? child.signalCode}: see its agent.log`,
      )
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(LONGEST_END_MS) })
    child.kill(signal)
    await ended.catch((cause: unknown) => {
      throw new Error(`the agent still runs ${LONGEST_END_MS} ms after ${signal}`, { cause })
    })
  }
}
