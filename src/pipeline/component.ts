import type * as z from 'zod'
import type { ComponentContext, Exporter, Processor, Receiver } from './contracts.ts'

/** A kind of component: its name in the configuration, its options and how to create one. */
export interface ComponentType<Instance, Schema extends z.ZodType = z.ZodType> {
  /** The name in the configuration, camelCase: `auditLog`, `otlp`. */
  readonly type: string
  /** One sentence for `auditship components` and the reference page. */
  readonly description: string
  /** The options. Every field has a `.describe()`, unknown keys are refused. */
  readonly options: Schema
  /** What two components must not share, such as the path of a file they write; undefined for nothing. */
  owns?(options: z.output<Schema>): string | undefined
  /** Builds one; must do no I/O (that is `start`'s). */
  create(options: z.output<Schema>, context: ComponentContext): Instance
}

export type ReceiverType<Schema extends z.ZodType = z.ZodType> = ComponentType<Receiver, Schema>
export type ProcessorType<Schema extends z.ZodType = z.ZodType> = ComponentType<Processor, Schema>
export type ExporterType<Schema extends z.ZodType = z.ZodType> = ComponentType<Exporter, Schema>
