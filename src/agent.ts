import type { Config } from './config/config.ts'
import { type Connected, connect, type RunningPipeline } from './connect.ts'
import type { SetupStep } from './pipeline/contracts.ts'
import { type Log, silentLog } from './pipeline/log.ts'
import { type ReplayResult, replay } from './pipeline/replay.ts'
import { type Readiness, readinessOf } from './readiness.ts'
import { holdStateDir } from './state-dir.ts'

/** How an agent runs. */
export interface AgentOptions {
  /** The agent's own log; silent when left out. */
  readonly log?: Log
  /** Read what is there, deliver it and be done, instead of following. */
  readonly once?: boolean
}

const NEVER = new Promise<void>(() => {})

/** Receivers, processors and exporters of a configuration, connected. */
export class Agent {
  readonly #config: Config
  readonly #log: Log
  readonly #stopping = new AbortController()
  readonly #parts: Connected
  #releaseStateDir = () => {}

  constructor(config: Config, options: AgentOptions = {}) {
    this.#config = config
    this.#log = options.log ?? silentLog
    this.#parts = connect(config, this.#log, options.once ?? false, this.#stopping.signal)
  }

  get pipelines(): readonly RunningPipeline[] {
    return this.#parts.pipelines
  }

  /** Exporters first, so that receivers find them ready. @throws when a component cannot start; all are stopped again */
  async start(): Promise<void> {
    try {
      this.#releaseStateDir = await holdStateDir(this.#config.service.stateDir, this.#log)
      for (const exporter of this.#parts.exporters.values()) await exporter.start?.()
      for (const { start } of this.#parts.receivers) await start()
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /**
   * Rejects when a receiver has to give up. With `once` it resolves when everything that was there has been delivered or
   * dead-lettered, else never.
   */
  async done(): Promise<void> {
    await Promise.all(this.#parts.receivers.map(({ receiver }) => receiver.done ?? NEVER))
  }

  /** Whether everything works, and if not, what does not, since when and why. */
  readiness(): Readiness {
    return readinessOf(this.pipelines)
  }

  /** Stops reading, waits up to `service.shutdownTimeout` for what is in flight, saves checkpoints, closes exporters. */
  async stop(): Promise<void> {
    const deadline = setTimeout(
      () => this.#stopping.abort(new Error('the agent stops')),
      this.#config.service.shutdownTimeout,
    )
    try {
      await Promise.all(this.#parts.receivers.map(({ receiver }) => receiver.stop()))
    } finally {
      clearTimeout(deadline)
      this.#stopping.abort(new Error('the agent has stopped'))
      await this.#stopExporters().finally(this.#releaseStateDir)
    }
  }

  /** Sends the dead letters of all pipelines, or of the one named, again. For an agent that is not started. */
  async replay(
    signal: AbortSignal,
    only?: string,
  ): Promise<({ pipeline: string; path: string } & ReplayResult)[]> {
    const chosen = this.pipelines.filter(({ name }) => only === undefined || name === only)
    if (chosen.length === 0)
      throw new Error(`no pipeline ${only}; there are ${this.pipelines.map(({ name }) => name).join(', ')}`)
    const stop = () => this.#stopping.abort(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    let releaseStateDir = () => {}
    try {
      releaseStateDir = await holdStateDir(this.#config.service.stateDir, this.#log)
      for (const exporter of this.#parts.exporters.values()) await exporter.start?.()
      const results = []
      for (const { name, ...target } of chosen) {
        results.push({
          pipeline: name,
          path: target.deadLetters.path,
          ...(await replay(target, this.#stopping.signal)),
        })
      }
      return results
    } finally {
      signal.removeEventListener('abort', stop)
      await this.#stopExporters().finally(releaseStateDir)
    }
  }

  /** Has the exporters of a type, or the one of an id, install what they need in their backends. For an agent that is not started. */
  async *setup(
    name: string,
    dryRun: boolean,
    signal: AbortSignal,
  ): AsyncGenerator<SetupStep & { readonly exporter: string }> {
    const able = [...this.#parts.exporters].filter(([, exporter]) => exporter.setup !== undefined)
    const chosen = able.filter(([id]) => id === name || id.startsWith(`${name}/`))
    if (chosen.length === 0) {
      const known = able.map(([id]) => id).join(', ') || 'none'
      throw new Error(`no exporter ${name} with a set-up in any pipeline; there are: ${known}`)
    }
    try {
      for (const [id, exporter] of chosen)
        for await (const step of exporter.setup?.(dryRun, signal) ?? []) yield { exporter: id, ...step }
    } finally {
      await this.#stopExporters()
    }
  }

  async #stopExporters(): Promise<void> {
    await Promise.all([...this.#parts.exporters.values()].map(exporter => exporter.stop?.()))
  }
}
