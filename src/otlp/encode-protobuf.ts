import type { AttributeDefinition } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import { eventTime } from '../audit/event-time.ts'
import { interactiveAccess } from '../audit/interactive-access.ts'
import { ERROR, INFO, type Severity, severity, WARN } from '../audit/severity.ts'
import { FieldEncoder, isField } from './field-encoder.ts'
import { header, writeString, writeValue } from './protobuf-values.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import { EVENT_NAME, RECORD_UID, type RequestShape, SCOPE_NAME } from './request-shape.ts'
import { withValidUtf8 } from './valid-utf8.ts'

// Tags (field << 3 | wire type) of opentelemetry/proto/logs/v1/logs.proto and common/v1/common.proto.
const FIELD_1 = 0x0a
const FIELD_2 = 0x12
const RECORD_TIME = 0x09
const RECORD_SEVERITY_NUMBER = 0x10
const RECORD_SEVERITY_TEXT = 0x1a
const RECORD_BODY = 0x2a
const RECORD_ATTRIBUTE = 0x32
const RECORD_OBSERVED_TIME = 0x59
const RECORD_EVENT_NAME = 0x62
const STRING_VALUE = 0x0a

/** What a record needs beyond 1.1 times its line: attributes repeat parts of it. A first guess, the buffer grows. */
const OVERHEAD_PER_EVENT = 1400

/** An attribute and its `KeyValue.key` as it stands on the wire. */
interface WireAttribute {
  readonly definition: AttributeDefinition
  readonly key: Buffer
}

/** Encodes events as an OTLP `ExportLogsServiceRequest` in protobuf, with one ResourceLogs and one ScopeLogs. */
export class ProtobufEncoder {
  readonly #fields: FieldEncoder
  /** Last attribute first, as everything is written from the end. */
  readonly #derivedAttributes: readonly WireAttribute[]
  readonly #accessAttributes: readonly WireAttribute[]
  readonly #uidKey = keyBytes(RECORD_UID)
  readonly #uidOf: string | undefined
  readonly #resource: Buffer
  readonly #scope: Buffer
  readonly #eventName: Buffer

  constructor(shape: RequestShape) {
    const reversed = shape.attributes.toReversed()
    const onWire = (definition: AttributeDefinition) => ({ definition, key: keyBytes(definition.name) })
    this.#fields = new FieldEncoder(shape.attributes.filter(isField), {
      keyOf: keyBytes,
      write: 'protobufAttributes',
    })
    this.#derivedAttributes = reversed.filter(attribute => attribute.derive !== undefined).map(onWire)
    this.#accessAttributes = reversed.filter(attribute => attribute.access !== undefined).map(onWire)
    this.#uidOf = shape.recordUidOf
    this.#resource = resourceBytes(shape.resource)
    this.#scope = written(w => {
      writeString(w, FIELD_1, SCOPE_NAME)
      header(w, FIELD_1, 0)
    })
    this.#eventName = written(w => writeString(w, RECORD_EVENT_NAME, EVENT_NAME))
  }

  /** Bytes that the request of these events is likely to take. */
  expectedSize(events: readonly AuditEvent[]): number {
    let bytes = 0
    for (const event of events) bytes += event.length
    return Math.ceil(bytes * 1.1) + OVERHEAD_PER_EVENT * events.length + 1024
  }

  /**
   * The request's body, a view of `target` if that is large enough. Every event is copied once; the events' buffers are
   * not needed afterwards.
   */
  encode(
    events: readonly AuditEvent[],
    target: Buffer = Buffer.allocUnsafeSlow(this.expectedSize(events)),
  ): Buffer {
    const w = new ProtobufWriter(target)
    const valid = withValidUtf8(events)
    for (let i = events.length - 1; i >= 0; i--) {
      this.#record(w, valid[i] as AuditEvent, events[i] as AuditEvent)
    }
    w.constant(this.#scope)
    header(w, FIELD_2, 0)
    w.constant(this.#resource)
    header(w, FIELD_1, 0)
    return w.bytes
  }

  /** `original` is the event as it was read: its identity is taken from it. */
  #record(w: ProtobufWriter, event: AuditEvent, original: AuditEvent): void {
    const end = w.written
    w.constant(this.#eventName)
    w.fixed64(BigInt(event.readAt) * 1_000_000n)
    w.byte(RECORD_OBSERVED_TIME)
    if (this.#uidOf !== undefined) this.#uid(w, original, this.#uidOf)
    this.#attributesOf(w, event)
    this.#body(w, event)
    w.constant(SEVERITY_BYTES[severity(event).text])
    const time = eventTime(event)
    if (time !== undefined) {
      w.fixed64(time)
      w.byte(RECORD_TIME)
    }
    header(w, FIELD_2, end)
  }

  #attributesOf(w: ProtobufWriter, event: AuditEvent): void {
    const access = interactiveAccess(event)
    if (access !== undefined) {
      for (const { definition, key } of this.#accessAttributes) {
        const end = w.written
        const value = definition.access?.(access)
        if (value === undefined) continue
        writeValue(w, definition.kind, value)
        keyValue(w, key, end)
      }
    }
    for (const { definition, key } of this.#derivedAttributes) {
      const end = w.written
      const value = definition.derive?.(event)
      if (value === undefined) continue
      writeValue(w, definition.kind, value)
      keyValue(w, key, end)
    }
    const fields = this.#fields
    fields.encode(event)
    w.copy(fields.bytes, fields.start, fields.end)
  }

  #uid(w: ProtobufWriter, event: AuditEvent, cluster: string): void {
    const end = w.written
    writeValue(w, 'string', event.identity(cluster))
    keyValue(w, this.#uidKey, end)
  }

  #body(w: ProtobufWriter, event: AuditEvent): void {
    const end = w.written
    w.copy(event.buffer, event.start, event.end)
    header(w, STRING_VALUE, end)
    header(w, RECORD_BODY, end)
  }
}

/** Completes a `KeyValue` whose AnyValue was just written. */
function keyValue(w: ProtobufWriter, key: Buffer, end: number): void {
  header(w, FIELD_2, end)
  w.constant(key)
  header(w, RECORD_ATTRIBUTE, end)
}

function written(write: (w: ProtobufWriter) => void): Buffer {
  const w = new ProtobufWriter(Buffer.alloc(256))
  write(w)
  return w.bytes
}

/** `LogRecord.severity_number` and `severity_text`, tags included. */
const severityBytes = ({ number, text }: Severity) =>
  written(w => {
    writeString(w, RECORD_SEVERITY_TEXT, text)
    w.byte(number)
    w.byte(RECORD_SEVERITY_NUMBER)
  })

const SEVERITY_BYTES: Readonly<Record<Severity['text'], Buffer>> = {
  INFO: severityBytes(INFO),
  WARN: severityBytes(WARN),
  ERROR: severityBytes(ERROR),
}

const keyBytes = (name: string) => written(w => writeString(w, FIELD_1, name))

/** `ResourceLogs.resource`, tag and length included. */
function resourceBytes(resource: Readonly<Record<string, string>>): Buffer {
  return written(w => {
    for (const [name, value] of Object.entries(resource).toReversed()) {
      const end = w.written
      writeValue(w, 'string', value)
      header(w, FIELD_2, end)
      w.constant(keyBytes(name))
      header(w, FIELD_1, end)
    }
    header(w, FIELD_1, 0)
  })
}
