import type { Config } from './config/config.ts'
import { type Connected, connect, type RunningPipeline } from './connect.ts'
import type { SetupStep } from './pipeline/contracts.ts'
import { type Log, silentLog } from './pipeline/log.ts'
import { type ReplayResult, replay } from './pipeline/replay.ts'
import { type Readiness, readinessOf } from './readiness.ts'
import { holdStateDir } from './state-dir.ts'
import type { Health } from './telemetry/metrics/measured.ts'
import { ownResource } from './telemetry/own-resource.ts'
import { type Service, startService } from './telemetry/service.ts'

/** How an agent runs. */
export interface AgentOptions {
  /** The agent's own log; silent when left out. */
  readonly log?: Log
  /** Read what is there, deliver it and be done, instead of following. */
  readonly once?: boolean
  /** Answer /livez, /readyz and /metrics on 127.0.0.1:9464, if it is free, when `service.http.listen` says nothing. */
  readonly listenByDefault?: boolean
}

const NEVER = new Promise<void>(() => {})

/** Receivers, processors and exporters of a configuration, connected. */
export class Agent {
  readonly #config: Config
  readonly #log: Log
  readonly #stopping = new AbortController()
  readonly #parts: Connected
  readonly #listenByDefault: boolean
  #phase: Health['phase'] = 'starting'
  #service: Service | undefined
  #releaseStateDir = () => {}

  constructor(config: Config, options: AgentOptions = {}) {
    this.#config = config
    this.#listenByDefault = options.listenByDefault ?? false
    this.#log = options.log ?? silentLog
    this.#parts = connect(config, this.#log, options.once ?? false, this.#stopping.signal)
  }

  get pipelines(): readonly RunningPipeline[] {
    return this.#parts.pipelines
  }

  /** Exporters before receivers, so that these find them ready. @throws when a component cannot start; all are stopped again */
  async start(): Promise<void> {
    try {
      this.#releaseStateDir = await holdStateDir(this.#config.service.stateDir, this.#log)
      this.#service = await this.#startService()
      for (const exporter of this.#parts.exporters.values()) await exporter.start?.()
      for (const { start } of this.#parts.receivers) await start()
      this.#phase = 'running'
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
    this.#phase = 'stopping'
    const deadline = setTimeout(
      () => this.#stopping.abort(new Error('the agent stops')),
      this.#config.service.shutdownTimeout,
    )
    try {
      await Promise.all(this.#parts.receivers.map(({ receiver }) => receiver.stop()))
    } finally {
      clearTimeout(deadline)
      this.#stopping.abort(new Error('the agent has stopped'))
      await this.#stopExporters()
        .finally(() => this.#service?.stop())
        .finally(this.#releaseStateDir)
      this.#service = undefined
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

  #startService(): Promise<Service> {
    const { resource, service } = this.#config
    const measured = {
      pipelines: this.pipelines,
      health: () => {
        const { ready, problems } = this.readiness()
        return { phase: this.#phase, ready: ready && this.#phase === 'running', problems }
      },
    }
    const listen = service.http.listen ?? (this.#listenByDefault ? undefined : 'none')
    const options = { listen, otlp: service.metrics.otlp, resource: ownResource(resource, service.stateDir) }
    return startService(measured, options, this.#log)
  }

  async #stopExporters(): Promise<void> {
    await Promise.all([...this.#parts.exporters.values()].map(exporter => exporter.stop?.()))
  }
}
