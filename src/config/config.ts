import type { AttributeDefinition } from '../audit/attributes.ts'
import type { ExporterType, ProcessorType, ReceiverType } from '../pipeline/component.ts'
import type { ClusterConfig, ServiceConfig } from './frame.ts'
import type { ConfigTest } from './tests.ts'

/** A configured component: its id (`type` or `type/name`), its type, and its options as that type's schema gives them. */
export interface ComponentConfig<Type> {
  readonly id: string
  readonly type: Type
  readonly options: unknown
}

/** One pipeline; components that several pipelines name are the same objects in each. */
export interface PipelineConfig {
  readonly name: string
  readonly receivers: readonly ComponentConfig<ReceiverType>[]
  readonly processors: readonly ComponentConfig<ProcessorType>[]
  readonly exporters: readonly ComponentConfig<ExporterType>[]
}

/** A valid configuration with its defaults filled in: durations in milliseconds, sizes in bytes. */
export interface Config {
  readonly pipelines: readonly PipelineConfig[]
  /** The attributes selected, in the table's order. */
  readonly attributes: readonly AttributeDefinition[]
  readonly cluster: ClusterConfig
  /** All resource attributes of this process, those of the cluster and the user's included. */
  readonly resource: Readonly<Record<string, string>>
  readonly service: ServiceConfig
  /** What `auditship test` runs. */
  readonly tests: readonly ConfigTest[]
}
