import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What is published, with the flags of its first line. */
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const FLAGS = ['--max-semi-space-size=4']

/** The agent with its defaults, through its crashes. */
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
      exporters: { otlp: { endpoint } },
      service: { stateDir: join(folder, 'state') },
    }
    writeFileSync(this.#config, JSON.stringify(configuration)) // every JSON document is YAML
  }

  /** Of the process that runs now, or ran last. */
  get pid(): number {
    return this.#child?.pid ?? 0
  }

  start(): void {
    const args = [...FLAGS, CLI, 'run', '--config', this.#config]
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', this.#output, this.#output] })
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** Ends it by a signal; resolves when it has ended. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
}
