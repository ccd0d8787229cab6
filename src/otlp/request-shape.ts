import type { AttributeDefinition } from '../audit/attributes.ts'

/** What is the same in every request of an exporter. */
export interface RequestShape {
  /** Resource attributes, such as `k8s.cluster.name`. */
  readonly resource: Readonly<Record<string, string>>
  /** Attributes of each record, in this order. */
  readonly attributes: readonly AttributeDefinition[]
  /** When given, each record carries `log.record.uid`: its identity within this cluster. */
  readonly recordUidOf?: string | undefined
}

/** `LogRecord.event_name` of every record. */
export const EVENT_NAME = 'k8s.audit.event'

/** Name of the instrumentation scope. */
export const SCOPE_NAME = 'auditship'

/** Attribute that identifies a record. https://opentelemetry.io/docs/specs/semconv/registry/attributes/log/ */
export const RECORD_UID = 'log.record.uid'
