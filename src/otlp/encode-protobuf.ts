import type { AttributeDefinition, AttributeValue } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import { interactiveAccess } from '../audit/interactive-access.ts'
import { ERROR, INFO, type Severity, severity, WARN } from '../audit/severity.ts'
import { EventEncoder, isEncoded } from './event-encoder.ts'
import { header, writeString, writeValue } from './protobuf-values.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import { EVENT_NAME, RECORD_UID, type RequestShape, SCOPE_NAME } from './request-shape.ts'
import { withValidUtf8 } from './valid-utf8.ts'

// Tags (field << 3 | wire type) of opentelemetry/proto/logs/v1/logs.proto and common/v1/common.proto.
const FIELD_1 = 0x0a
const FIELD_2 = 0x12
const RECORD_SEVERITY_NUMBER = 0x10
const RECORD_SEVERITY_TEXT = 0x1a
const RECORD_ATTRIBUTE = 0x32
const RECORD_OBSERVED_TIME = 0x59
const RECORD_EVENT_NAME = 0x62

/** What a record needs beyond 1.1 times its line: attributes repeat parts of it. A first guess, the buffer grows. */
const OVERHEAD_PER_EVENT = 1400

/** An attribute and its `KeyValue.key` as it stands on the wire. */
interface WireAttribute {
  readonly definition: AttributeDefinition
  readonly key: Buffer
}

/** The fields of a record that do not depend on the event, for each severity. */
interface Constants extends Readonly<Record<Severity['text'], Buffer>> {
  readonly readAt: number
}

const NONE = Buffer.alloc(0)

/** Encodes events as an OTLP `ExportLogsServiceRequest` in protobuf, with one ResourceLogs and one ScopeLogs. */
export class ProtobufEncoder {
  readonly #records: EventEncoder
  /** Those that few events have. Last attribute first, as everything is written from the end. */
  readonly #otherAttributes: readonly WireAttribute[]
  readonly #accessAttributes: readonly WireAttribute[]
  readonly #uidKey = keyBytes(RECORD_UID)
  readonly #uidOf: string | undefined
  readonly #resource: Buffer
  readonly #scope: Buffer
  readonly #eventName: Buffer
  #constants: Constants = { readAt: Number.NaN, INFO: NONE, WARN: NONE, ERROR: NONE }

  constructor(shape: RequestShape) {
    const reversed = shape.attributes.toReversed()
    const onWire = (definition: AttributeDefinition) => ({ definition, key: keyBytes(definition.name) })
    this.#records = new EventEncoder(shape.attributes.filter(isEncoded), keyBytes)
    const others = reversed.filter(attribute => !isEncoded(attribute))
    this.#otherAttributes = others.filter(({ access }) => access === undefined).map(onWire)
    this.#accessAttributes = others.filter(({ access }) => access !== undefined).map(onWire)
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
    if (this.#uidOf !== undefined) this.#uid(w, original, this.#uidOf)
    this.#attributesOf(w, event)
    const records = this.#records
    records.record(event, this.#constantsOf(event), w.written - end)
    w.copy(records.bytes, records.start, records.end)
  }

  /** The attributes that are not encoded with the record. */
  #attributesOf(w: ProtobufWriter, event: AuditEvent): void {
    const access = interactiveAccess(event)
    if (access !== undefined)
      for (const { definition, key } of this.#accessAttributes)
        this.#attribute(w, definition, key, definition.access?.(access))
    for (const { definition, key } of this.#otherAttributes)
      this.#attribute(w, definition, key, definition.derive?.(event))
  }

  #attribute(
    w: ProtobufWriter,
    { kind }: AttributeDefinition,
    key: Buffer,
    value: AttributeValue | undefined,
  ): void {
    if (value === undefined) return
    const end = w.written
    writeValue(w, kind, value)
    keyValue(w, key, end)
  }

  /** The fields of a record that are the same in all events of its severity that were read at the same time. */
  #constantsOf(event: AuditEvent): Buffer {
    const { readAt } = event
    if (this.#constants.readAt !== readAt) {
      const observed = BigInt(readAt) * 1_000_000n
      const constants = ({ number, text }: Severity) =>
        written(w => {
          w.constant(this.#eventName)
          w.fixed64(observed)
          w.byte(RECORD_OBSERVED_TIME)
          writeString(w, RECORD_SEVERITY_TEXT, text)
          w.byte(number)
          w.byte(RECORD_SEVERITY_NUMBER)
        })
      this.#constants = { readAt, INFO: constants(INFO), WARN: constants(WARN), ERROR: constants(ERROR) }
    }
    return this.#constants[severity(event).text]
  }

  #uid(w: ProtobufWriter, event: AuditEvent, cluster: string): void {
    const end = w.written
    writeValue(w, 'string', event.identity(cluster))
    keyValue(w, this.#uidKey, end)
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
