import type { AuditEvent } from './event.ts'
import { type Field } from './fields.ts'

/** A value an attribute can have. */
export type AttributeValue = string | number | boolean | string[]

/** How an attribute is typed on every wire. */
export type AttributeKind = 'string' | 'string[]' | 'int' | 'bool'

/** One row of the attribute table. */
export interface AttributeDefinition {
  /** The full name, `k8s.auditlog.` included. */
  readonly name: string
  readonly kind: AttributeKind
  /** Type in an OpenSearch mapping. */
  readonly mapping: 'keyword' | 'ip' | 'text' | 'date_nanos' | 'long' | 'boolean'
  /** Written unless the configuration excludes it. */
  readonly default: boolean
  readonly description: string
  /** The field whose bytes it is; exporters copy them without decoding. Absent on derived attributes. */
  readonly field?: Field
  /** Computes a derived attribute. */
  readonly derive?: (event: AuditEvent) => AttributeValue | undefined
}
