import type { AttributeDefinition, AttributeKind, AttributeValue } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import { OPEN_BRACKET, QUOTE, stringElements } from '../audit/json.ts'
import type { ProtobufWriter } from './protobuf-writer.ts'

// Tags of the fields of opentelemetry.proto.common.v1.AnyValue and of ArrayValue.values.
const STRING_VALUE = 0x0a
const BOOL_VALUE = 0x10
const INT_VALUE = 0x18
const ARRAY_VALUE = 0x2a
const VALUES = 0x0a

/** Writes a string field with its tag. */
export function writeString(w: ProtobufWriter, tag: number, text: string): void {
  const bytes = Buffer.from(text)
  w.copy(bytes, 0, bytes.length)
  w.varint(bytes.length)
  w.byte(tag)
}

/** Writes the AnyValue of an attribute that is a field of the event or derived from it; false when the event has none. */
export function writeField(w: ProtobufWriter, attribute: AttributeDefinition, event: AuditEvent): boolean {
  const { field } = attribute
  if (field === undefined) {
    const value = attribute.derive?.(event)
    if (value !== undefined) writeValue(w, attribute.kind, value)
    return value !== undefined
  }
  const start = event.startOf(field)
  if (start < 0) return false
  const first = event.buffer[start]
  if (attribute.kind === 'string') {
    if (first !== QUOTE) return false
    const end = w.written
    if (event.hasEscapes(field)) w.jsonString(event.buffer, start, event.endOf(field))
    else w.copy(event.buffer, start + 1, event.endOf(field) - 1)
    header(w, STRING_VALUE, end)
    return true
  }
  if (attribute.kind === 'string[]') {
    if (first === OPEN_BRACKET) writeJsonStrings(w, event.buffer, start)
    return first === OPEN_BRACKET
  }
  const value = event.integer(field)
  if (value !== undefined) writeValue(w, 'int', value)
  return value !== undefined
}

/** Writes the AnyValue of a value already decoded. */
export function writeValue(w: ProtobufWriter, kind: AttributeKind, value: AttributeValue): void {
  if (kind === 'string') writeString(w, STRING_VALUE, String(value))
  else if (kind === 'bool') {
    w.byte(value ? 1 : 0)
    w.byte(BOOL_VALUE)
  } else if (kind === 'int') {
    w.int64(Number(value))
    w.byte(INT_VALUE)
  } else writeStrings(w, Array.isArray(value) ? value : [String(value)])
}

function writeStrings(w: ProtobufWriter, values: readonly string[]): void {
  const end = w.written
  for (const value of values.toReversed()) {
    const valueEnd = w.written
    writeString(w, STRING_VALUE, value)
    header(w, VALUES, valueEnd)
  }
  header(w, ARRAY_VALUE, end)
}

function writeJsonString(w: ProtobufWriter, source: Buffer, start: number, stop: number): void {
  const end = w.written
  w.jsonString(source, start, stop)
  header(w, STRING_VALUE, end)
}

/** Used again for every list: an array of its own for each would be most of the garbage of encoding. */
const elements: number[] = []

function writeJsonStrings(w: ProtobufWriter, source: Buffer, start: number): void {
  const end = w.written
  for (let i = stringElements(source, start, elements) - 2; i >= 0; i -= 2) {
    const valueEnd = w.written
    writeJsonString(w, source, elements[i] ?? 0, elements[i + 1] ?? 0)
    header(w, VALUES, valueEnd)
  }
  header(w, ARRAY_VALUE, end)
}

/** Length and tag before a message or string that began when `end` bytes were written. */
export function header(w: ProtobufWriter, tag: number, end: number): void {
  w.varint(w.written - end)
  w.byte(tag)
}
