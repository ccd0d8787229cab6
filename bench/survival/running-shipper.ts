import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from './shipper.ts'

const LONGEST_STOP_MS = 15_000

/** The process of a shipper through its stops and crashes. */
export class RunningShipper {
  readonly #command: Command
  readonly #output: string
  #child: ChildProcess | undefined
  #ended: Promise<unknown> = Promise.resolve()

  /** What it writes to stdout and stderr is appended to the file `output`. */
  constructor(command: Command, output: string) {
    this.#command = command
    this.#output = output
  }

  /** Whether it was started and has not ended by itself. */
  get isAlive(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null
  }

  /** Of the process that runs now, or ran last. */
  get pid(): number {
    return this.#child?.pid ?? 0
  }

  start(): void {
    const [file, ...args] = this.#command
    const output = openSync(this.#output, 'a')
    this.#child = spawn(file, args, { stdio: ['ignore', output, output] })
    closeSync(output)
    this.#ended = once(this.#child, 'exit')
    this.#ended.catch(() => {}) // it could not be started, so it is not alive
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    if (this.isAlive) this.#child?.kill('SIGKILL')
    await this.#ended
  }

  /** SIGTERM, and SIGKILL when it takes longer than 15 s. */
  async stop(): Promise<void> {
    if (this.isAlive) this.#child?.kill('SIGTERM')
    const patience = new AbortController()
    const tooLong = delay(LONGEST_STOP_MS, undefined, patience).then(
      () => this.kill(),
      () => {},
    )
    await this.#ended
    patience.abort()
    await tooLong
  }
}
