import { join } from 'node:path'
import type { Config, PipelineConfig } from './config/config.ts'
import { DEFAULT_BACKOFF } from './pipeline/backoff.ts'
import type { ComponentType, ExporterType } from './pipeline/component.ts'
import type { ComponentContext, Consumer, Exporter, Processor, Receiver } from './pipeline/contracts.ts'
import { type Counters, newCounters } from './pipeline/counters.ts'
import { DeadLetters } from './pipeline/dead-letters.ts'
import type { Destination } from './pipeline/deliver.ts'
import { ExporterHealth } from './pipeline/health.ts'
import type { Log } from './pipeline/log.ts'
import { pipelineConsumer } from './pipeline/pipeline.ts'
import { scoped } from './telemetry/scoped.ts'

/** One pipeline at work. */
export interface RunningPipeline {
  readonly name: string
  readonly counters: Readonly<Counters>
  /** In the order events pass them. */
  readonly processors: readonly { readonly id: string; readonly processor: Processor }[]
  readonly receivers: readonly { readonly id: string; readonly receiver: Receiver }[]
  readonly destinations: readonly Destination[]
  readonly deadLetters: DeadLetters
  /** Receivers, processors and exporters, and what each says keeps it from its work; a shared exporter is the first pipeline's. */
  readonly components: readonly Pick<ComponentContext, 'id' | 'problems'>[]
  /** Takes batches as a receiver gives them. */
  readonly consumer: Consumer
}

/** The components of a configuration, created and not started. */
export interface Connected {
  readonly pipelines: readonly RunningPipeline[]
  /** By id. */
  readonly exporters: ReadonlyMap<string, Exporter>
  readonly receivers: readonly { readonly receiver: Receiver; readonly start: () => Promise<void> }[]
}

/** Creates the components of a configuration and connects them. Delivery gives up when `stopping` aborts. */
export function connect(config: Config, log: Log, once: boolean, stopping: AbortSignal): Connected {
  const connector = new Connector(config, log, once, stopping)
  const pipelines = config.pipelines.map(pipeline => connector.pipeline(pipeline))
  return { pipelines, exporters: connector.exporters, receivers: connector.receivers }
}

class Connector {
  readonly exporters = new Map<string, Exporter>()
  readonly receivers: { readonly receiver: Receiver; readonly start: () => Promise<void> }[] = []
  readonly #config: Config
  readonly #log: Log
  readonly #once: boolean
  readonly #stopping: AbortSignal

  constructor(config: Config, log: Log, once: boolean, stopping: AbortSignal) {
    this.#config = config
    this.#log = log
    this.#once = once
    this.#stopping = stopping
  }

  pipeline(pipeline: PipelineConfig): RunningPipeline {
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
    const processors = pipeline.processors.map(part => ({ id: part.id, processor: create(part) }))
    const consumer = pipelineConsumer(
      {
        processors: processors.map(({ processor }) => processor),
        destinations,
        deadLetters: letters,
        counters,
        backoff: DEFAULT_BACKOFF,
      },
      this.#stopping,
    )
    const receivers = pipeline.receivers.map(part => ({ id: part.id, receiver: create(part) }))
    for (const { receiver } of receivers)
      this.receivers.push({ receiver, start: () => receiver.start(consumer) })
    return {
      name: pipeline.name,
      counters,
      receivers,
      processors,
      destinations,
      deadLetters: letters,
      components,
      consumer,
    }
  }

  /** Pipelines that name the same exporter share it. */
  #destination(
    part: { id: string; type: ExporterType; options: unknown },
    pipeline: string,
    create: (part: { id: string; type: ExporterType; options: unknown }) => Exporter,
  ): Destination {
    const exporter = this.exporters.get(part.id) ?? create(part)
    this.exporters.set(part.id, exporter)
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
