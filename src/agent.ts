import { join } from 'node:path'
import type { Config, PipelineConfig } from './config/config.ts'
import { DEFAULT_BACKOFF } from './pipeline/backoff.ts'
import type { ComponentType, ExporterType } from './pipeline/component.ts'
import type { ComponentContext, Consumer, Exporter, Receiver, SetupStep } from './pipeline/contracts.ts'
import { type Counters, newCounters } from './pipeline/counters.ts'
import { DeadLetters } from './pipeline/dead-letters.ts'
import type { Destination } from './pipeline/deliver.ts'
import { ExporterHealth } from './pipeline/health.ts'
import { type Log, silentLog } from './pipeline/log.ts'
import { pipelineConsumer } from './pipeline/pipeline.ts'
import { type ReplayResult, replay } from './pipeline/replay.ts'
import { type Readiness, readinessOf } from './readiness.ts'
import { holdStateDir } from './state-dir.ts'
import { scoped } from './telemetry/scoped.ts'

/** How an agent runs. */
export interface AgentOptions {
  /** The agent's own log; silent when left out. */
  readonly log?: Log
  /** Read what is there, deliver it and be done, instead of following. */
  readonly once?: boolean
}

/** One pipeline at work. */
export interface RunningPipeline {
  readonly name: string
  readonly counters: Readonly<Counters>
  readonly destinations: readonly Destination[]
  readonly deadLetters: DeadLetters
  /** Receivers, processors and exporters, and what each says keeps it from its work; a shared exporter is the first pipeline's. */
  readonly components: readonly Pick<ComponentContext, 'id' | 'problems'>[]
  /** Takes batches as a receiver gives them. */
  readonly consumer: Consumer
}

const NEVER = new Promise<void>(() => {})

/** Receivers, processors and exporters of a configuration, connected. */
export class Agent {
  readonly pipelines: readonly RunningPipeline[]
  readonly #config: Config
  readonly #log: Log
  readonly #once: boolean
  readonly #stopping = new AbortController()
  readonly #exporters = new Map<string, Exporter>()
  #releaseStateDir = () => {}
  readonly #receivers: { readonly receiver: Receiver; readonly start: () => Promise<void> }[] = []

  constructor(config: Config, options: AgentOptions = {}) {
    this.#config = config
    this.#log = options.log ?? silentLog
    this.#once = options.once ?? false
    this.pipelines = config.pipelines.map(pipeline => this.#connect(pipeline))
  }

  /** Exporters first, so that receivers find them ready. @throws when a component cannot start; all are stopped again */
  async start(): Promise<void> {
    try {
      this.#releaseStateDir = await holdStateDir(this.#config.service.stateDir, this.#log)
      for (const exporter of this.#exporters.values()) await exporter.start?.()
      for (const { start } of this.#receivers) await start()
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
    await Promise.all(this.#receivers.map(({ receiver }) => receiver.done ?? NEVER))
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
      await Promise.all(this.#receivers.map(({ receiver }) => receiver.stop()))
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
    const releaseStateDir = await holdStateDir(this.#config.service.stateDir, this.#log)
    try {
      for (const exporter of this.#exporters.values()) await exporter.start?.()
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
    const able = [...this.#exporters].filter(([, exporter]) => exporter.setup !== undefined)
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
    await Promise.all([...this.#exporters.values()].map(exporter => exporter.stop?.()))
  }

  #connect(pipeline: PipelineConfig): RunningPipeline {
    const { stateDir, deadLetters } = this.#config.service
    const counters = newCounters()
    const components: ComponentContext[] = []
    const create = <T>(part: { id: string; type: ComponentType<T>; options: unknown }) => {
      const context = this.#context(part.id, pipeline.name, counters)
      components.push(context)
      return part.type.create(part.options, context)
    }
    const destinations = pipeline.exporters.map(part => this.#destination(part, pipeline.name, create))
    const letters = new DeadLetters(
      join(stateDir, 'dead-letters', `${pipeline.name}.jsonl`),
      pipeline.name,
      deadLetters.maxSize,
      scoped(this.#log, { pipeline: pipeline.name }),
    )
    const processors = pipeline.processors.map(create)
    const parts = { processors, destinations, deadLetters: letters, counters, backoff: DEFAULT_BACKOFF }
    const consumer = pipelineConsumer(parts, this.#stopping.signal)
    for (const part of pipeline.receivers) {
      const receiver = create(part)
      this.#receivers.push({ receiver, start: () => receiver.start(consumer) })
    }
    return { name: pipeline.name, counters, destinations, deadLetters: letters, components, consumer }
  }

  /** Pipelines that name the same exporter share it. */
  #destination(
    part: { id: string; type: ExporterType; options: unknown },
    pipeline: string,
    create: (part: { id: string; type: ExporterType; options: unknown }) => Exporter,
  ): Destination {
    const exporter = this.#exporters.get(part.id) ?? create(part)
    this.#exporters.set(part.id, exporter)
    return {
      id: part.id,
      exporter,
      health: new ExporterHealth(scoped(this.#log, { pipeline, exporter: part.id })),
    }
  }

  #context(id: string, pipeline: string, counters: Counters): ComponentContext {
    return {
      id,
      pipeline,
      stateDir: this.#config.service.stateDir,
      log: scoped(this.#log, { pipeline, component: id }),
      problems: new Set(),
      counters,
      attributes: this.#config.attributes,
      resource: this.#config.resource,
      once: this.#once,
    }
  }
}
