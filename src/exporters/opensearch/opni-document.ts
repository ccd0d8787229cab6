import type { AuditEvent } from '../../audit/event.ts'
import { fieldTime } from '../../audit/event-time.ts'
import { FIELD, type Field } from '../../audit/fields.ts'
import { constantOf, type JsonWriter } from '../../otlp/json-writer.ts'
import type { DocumentLayout } from './document-layout.ts'
import { NANOS_PER_MS, UPPER_Z } from './document-time.ts'

/** The attributes of Opni's document that are keywords. */
const KEYWORDS: readonly (readonly [name: string, field: Field])[] = [
  ['audit_id', FIELD.auditID],
  ['level', FIELD.level],
  ['resource', FIELD.objectResource],
  ['stage', FIELD.stage],
]

/** Lucene refuses a longer term, and its document, in bytes. As JSON, with quotes, no text is shorter than its UTF-8. */
const LONGEST_TERM = 32_766

/** Java has no zone that is further from UTC, in minutes. */
const FARTHEST_ZONE = 18 * 60

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

  /** The event is text in it anyway. What the type of a field does not take is left out: it stands in the line. */
  write(w: JsonWriter, event: AuditEvent): void {
    const stageTime = fieldTime(event, FIELD.stageTimestamp)
    const time = stageTime ?? fieldTime(event, FIELD.timestamp)
    w.ascii(`{"time":${time === undefined ? event.readAt : milliseconds(time)},"Body.value":`)
    w.string(event.buffer, event.start, event.end)
    for (const [name, field] of KEYWORDS)
      if (event.isText(field) && event.endOf(field) - event.startOf(field) <= LONGEST_TERM)
        writeText(w, name, event, field)
    if (stageTime !== undefined && hasZoneOfJava(event))
      writeText(w, 'stage_timestamp', event, FIELD.stageTimestamp)
    w.constant(this.#tail)
  }
}

function writeText(w: JsonWriter, name: string, event: AuditEvent, field: Field): void {
  w.ascii(`,"k8s.auditlog.${name}":`)
  w.copy(event.buffer, event.startOf(field), event.endOf(field))
}

/** Rounded down, also before 1970. */
function milliseconds(nanos: bigint): bigint {
  return (nanos < 0n ? nanos - NANOS_PER_MS + 1n : nanos) / NANOS_PER_MS
}

/** Whether the zone of `stageTimestamp`, a valid time, is one that OpenSearch reads. */
function hasZoneOfJava(event: AuditEvent): boolean {
  if (event.buffer[event.endOf(FIELD.stageTimestamp) - 2] === UPPER_Z) return true
  const text = event.text(FIELD.stageTimestamp) ?? ''
  const [, hours, minutes] = /[+-](\d\d):(\d\d)$/.exec(text) ?? []
  return Number(hours ?? 0) * 60 + Number(minutes ?? 0) <= FARTHEST_ZONE
}
