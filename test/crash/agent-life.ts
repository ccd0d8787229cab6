import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const FAILING_DISK = new URL('failing-disk.ts', import.meta.url).href

/** How an agent is started. */
export interface AgentOptions {
  readonly config: string
  /** Arguments after `run`. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** With what `failing-disk.ts` is loaded into it, as JSON. */
  readonly failingDisk?: string
}

/** One run of an agent, from its start to its end. */
export class AgentLife {
  readonly child: ChildProcess
  /** Resolves to the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** Resolves when it has said that it runs, or has ended. */
  readonly running: Promise<void>
  #output = ''

  constructor({ config, args = [], env = {}, failingDisk }: AgentOptions) {
    const preload = failingDisk === undefined ? [] : ['--import', FAILING_DISK]
    this.child = spawn(process.execPath, [...preload, CLI, 'run', '--config', config, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, FAILING_DISK: failingDisk ?? '', ...env },
    })
    const { promise, resolve } = Promise.withResolvers<void>()
    this.running = promise
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      resolve()
      return (code ?? signal) as number | NodeJS.Signals
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text
      if (this.isRunning) resolve()
    })
  }

  /** What it wrote to stderr. */
  get output(): string {
    return this.#output
  }

  /** Whether it has said that it runs. */
  get isRunning(): boolean {
    return this.#output.includes('auditship runs')
  }

  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.child.kill(signal)
    return this.ended
  }
}
