import {
  type AttributeDefinition,
  type AttributeKind,
  type AttributeValue,
  attributeValue,
} from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import { eventTime } from '../audit/event-time.ts'
import { interactiveAccess } from '../audit/interactive-access.ts'
import { severity } from '../audit/severity.ts'
import { JsonWriter } from './json-writer.ts'
import { EVENT_NAME, RECORD_UID, type RequestShape, SCOPE_NAME } from './request-shape.ts'
import { withValidUtf8 } from './valid-utf8.ts'

/** What a record needs beyond 1.3 times its line. A first guess, the buffer grows. */
const OVERHEAD_PER_EVENT = 2000

/**
 * Encodes events as an OTLP `ExportLogsServiceRequest` in JSON: one line, without a newline at its end.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export class JsonEncoder {
  readonly #shape: RequestShape
  readonly #head: string

  constructor(shape: RequestShape) {
    this.#shape = shape
    const attributes = Object.entries(shape.resource).map(([key, value]) => keyValue(key, 'string', value))
    const scope = JSON.stringify({ name: SCOPE_NAME })
    this.#head = `{"resourceLogs":[{"resource":{"attributes":[${attributes}]},"scopeLogs":[{"scope":${scope},"logRecords":[`
  }

  /** Bytes that the request of these events is likely to take. */
  expectedSize(events: readonly AuditEvent[]): number {
    let bytes = 0
    for (const event of events) bytes += event.length
    return Math.ceil(bytes * 1.3) + OVERHEAD_PER_EVENT * events.length + 1024
  }

  /** The request's body, a view of `target` if that is large enough. The events' buffers are not needed afterwards. */
  encode(
    events: readonly AuditEvent[],
    target: Buffer = Buffer.allocUnsafeSlow(this.expectedSize(events)),
  ): Buffer {
    const w = new JsonWriter(target)
    w.text(this.#head)
    let separator = ''
    for (const [index, event] of withValidUtf8(events).entries()) {
      w.ascii(separator)
      separator = ','
      this.#record(w, event, events[index] as AuditEvent)
    }
    w.ascii(']}]}]}')
    return w.bytes
  }

  /** `original` is the event as it was read: its identity is taken from it. */
  #record(w: JsonWriter, event: AuditEvent, original: AuditEvent): void {
    const { number, text } = severity(event)
    // A time of 0 means unknown, as in the data model.
    const observed = BigInt(event.readAt) * 1_000_000n
    w.ascii(`{"timeUnixNano":"${eventTime(event) ?? 0}","observedTimeUnixNano":"${observed}"`)
    w.ascii(`,"severityNumber":${number},"severityText":"${text}","body":{"stringValue":`)
    w.string(event.buffer, event.start, event.end)
    w.ascii('},"attributes":[')
    this.#attributes(w, event, original)
    w.ascii(`],"eventName":"${EVENT_NAME}"}`)
  }

  #attributes(w: JsonWriter, event: AuditEvent, original: AuditEvent): void {
    const access = interactiveAccess(event)
    let separator = ''
    for (const attribute of this.#shape.attributes) {
      if (attribute.access !== undefined && access === undefined) continue
      if (writeAttribute(w, attribute, event, separator)) separator = ','
    }
    if (this.#shape.recordUidOf === undefined) return
    w.text(separator + keyValue(RECORD_UID, 'string', original.identity(this.#shape.recordUidOf)))
  }
}

function writeAttribute(
  w: JsonWriter,
  attribute: AttributeDefinition,
  event: AuditEvent,
  separator: string,
): boolean {
  const { field } = attribute
  if (attribute.kind === 'string' && field !== undefined) {
    if (!event.isText(field)) return false
    w.ascii(`${separator}{"key":${JSON.stringify(attribute.name)},"value":{"stringValue":`)
    w.copy(event.buffer, event.startOf(field), event.endOf(field))
    w.ascii('}}')
    return true
  }
  const value = attributeValue(attribute, event)
  if (value === undefined) return false
  w.ascii(separator)
  w.text(keyValue(attribute.name, attribute.kind, value))
  return true
}

/** The JSON of an OTLP `KeyValue`. int64 is a string there. */
function keyValue(key: string, kind: AttributeKind, value: AttributeValue): string {
  return JSON.stringify({ key, value: anyValue(kind, value) })
}

function anyValue(kind: AttributeKind, value: AttributeValue): object {
  if (kind === 'bool') return { boolValue: value }
  if (kind === 'int') return { intValue: String(value) }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(stringValue => ({ stringValue })) } }
  return { stringValue: value }
}
