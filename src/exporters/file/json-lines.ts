import { type AttributeDefinition, attributesOf } from '../../audit/attributes.ts'
import type { AuditEvent } from '../../audit/event.ts'
import { FIELD } from '../../audit/fields.ts'

const NEWLINE = 0x0a
const SPACE = 0x20

/**
 * Encodes each event as `{"timestamp":…,"attributes":{…},"resource":{…},"event":…}` and a newline. The event is copied
 * byte for byte; only newlines between its tokens, which would end the line, become spaces.
 */
export class JsonLinesEncoder {
  readonly #attributes: readonly AttributeDefinition[]
  readonly #resource: string

  constructor(attributes: readonly AttributeDefinition[], resource: Readonly<Record<string, string>>) {
    this.#attributes = attributes
    this.#resource = JSON.stringify(resource)
  }

  encode(events: readonly AuditEvent[]): Buffer {
    const parts: Uint8Array[] = []
    for (const event of events) {
      const attributes = JSON.stringify(attributesOf(event, this.#attributes))
      const time = JSON.stringify(timestampOf(event))
      const head = `{"timestamp":${time},"attributes":${attributes},"resource":${this.#resource},"event":`
      parts.push(Buffer.from(head), onOneLine(event.raw), END)
    }
    return Buffer.concat(parts)
  }
}

const END = Buffer.from('}\n')

/** As the API server wrote it; old ones (v1alpha1, v1beta1) may have but `timestamp`. Else the time of reading. */
function timestampOf(event: AuditEvent): string {
  const written = event.text(FIELD.stageTimestamp) ?? event.text(FIELD.timestamp)
  return written ?? new Date(event.readAt).toISOString()
}

/** JSON strings hold no newline bytes, so those there are mean nothing. */
function onOneLine(raw: Buffer): Buffer {
  if (!raw.includes(NEWLINE)) return raw
  return Buffer.from(raw.map(byte => (byte === NEWLINE ? SPACE : byte)))
}
