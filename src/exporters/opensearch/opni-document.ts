import type { AuditEvent } from '../../audit/event.ts'
import { FIELD, type Field } from '../../audit/fields.ts'
import { constantOf, type JsonWriter } from '../../otlp/json-writer.ts'
import type { DocumentLayout } from './document-layout.ts'
import { documentTime } from './document-time.ts'

/** The attributes that Opni's document has. */
const FIELDS: readonly (readonly [name: string, field: Field])[] = [
  ['audit_id', FIELD.auditID],
  ['level', FIELD.level],
  ['resource', FIELD.objectResource],
  ['stage', FIELD.stage],
  ['stage_timestamp', FIELD.stageTimestamp],
]

/** Fields that Opni's dashboards expect and that audit events leave empty. */
const EMPTY = [
  'anomaly_level',
  'kubernetes_component',
  'deployment',
  'service',
  'pod_name',
  'namespace_name',
  'template_matched',
  'log',
]

/** The document that Opni writes of an audit event: flat, dotted keys, the raw line as text. */
export class OpniDocument implements DocumentLayout {
  readonly #tail: DataView

  constructor(resource: Readonly<Record<string, string>>) {
    const constant = {
      cluster_id: resource.cluster_id ?? '',
      log_type: resource.log_type ?? 'controlplane',
      SeverityNumber: 0,
      TraceFlags: 0,
      ...Object.fromEntries(EMPTY.map(name => [name, ''])),
    }
    this.#tail = constantOf(`,${JSON.stringify(constant).slice(1)}`)
  }

  /** The event is text in it anyway. */
  write(w: JsonWriter, event: AuditEvent): void {
    w.ascii(`{"time":${documentTime(event) / 1_000_000n},"Body.value":`)
    w.string(event.buffer, event.start, event.end)
    for (const [name, field] of FIELDS) {
      if (!event.isText(field)) continue
      w.ascii(`,"k8s.auditlog.${name}":`)
      w.copy(event.buffer, event.startOf(field), event.endOf(field))
    }
    w.constant(this.#tail)
  }
}
