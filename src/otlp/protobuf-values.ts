import type { AttributeKind, AttributeValue } from '../audit/attributes.ts'
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

/** Length and tag before a message or string that began when `end` bytes were written. */
export function header(w: ProtobufWriter, tag: number, end: number): void {
  w.varint(w.written - end)
  w.byte(tag)
}
