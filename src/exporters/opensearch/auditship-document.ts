import { type AttributeDefinition, attributeValue } from '../../audit/attributes.ts'
import type { AuditEvent } from '../../audit/event.ts'
import { interactiveAccess } from '../../audit/interactive-access.ts'
import { CLOSE_BRACE, QUOTE } from '../../audit/json.ts'
import { EventEncoder, isEncoded } from '../../otlp/event-encoder.ts'
import { constantOf, type JsonWriter } from '../../otlp/json-writer.ts'
import type { DocumentLayout } from './document-layout.ts'
import { writeDocumentTime } from './document-time.ts'

/** Field that holds the event as JSON. */
export const EVENT_FIELD = 'event'
/** Field that holds an event as text that OpenSearch does not take as JSON: with a duplicate key, or deeper than 1,000. */
export const EVENT_TEXT_FIELD = 'event_text'

const TIMESTAMP = constantOf('{"@timestamp":"')
const EVENT = keyOf(EVENT_FIELD)
const EVENT_TEXT = keyOf(EVENT_TEXT_FIELD)

interface Member {
  readonly definition: AttributeDefinition
  /** `,"name":` */
  readonly key: DataView
}

/** auditship's own document: `@timestamp`, the attributes, the resource attributes and the event itself. */
export class AuditshipDocument implements DocumentLayout {
  readonly #members: EventEncoder
  /** Those that few events have. */
  readonly #otherAttributes: readonly Member[]
  readonly #accessAttributes: readonly Member[]
  readonly #resource: DataView

  constructor(attributes: readonly AttributeDefinition[], resource: Readonly<Record<string, string>>) {
    const member = (definition: AttributeDefinition) => ({ definition, key: keyOf(definition.name) })
    this.#members = new EventEncoder(attributes.filter(isEncoded), name => Buffer.from(keyText(name)))
    const others = attributes.filter(attribute => !isEncoded(attribute))
    this.#otherAttributes = others.filter(({ access }) => access === undefined).map(member)
    this.#accessAttributes = others.filter(({ access }) => access !== undefined).map(member)
    const pairs = Object.entries(resource).map(
      ([key, value]) => `,${JSON.stringify(key)}:${JSON.stringify(value)}`,
    )
    this.#resource = constantOf(pairs.join(''))
  }

  write(w: JsonWriter, event: AuditEvent, asText: boolean): void {
    const members = this.#members
    const isUsual = members.members(event)
    w.constant(TIMESTAMP)
    writeDocumentTime(w, event, isUsual)
    w.byte(QUOTE)
    w.copy(members.bytes, members.start, members.end)
    for (const { definition, key } of this.#otherAttributes) writeValue(w, key, definition.derive?.(event))
    if (interactiveAccess(event) !== undefined)
      for (const { definition, key } of this.#accessAttributes)
        writeValue(w, key, attributeValue(definition, event))
    w.constant(this.#resource)
    w.constant(asText ? EVENT_TEXT : EVENT)
    if (asText) w.string(event.buffer, event.start, event.end)
    else if (event.position >= 0) w.copy(event.buffer, event.start, event.end)
    else w.line(event.buffer, event.start, event.end)
    w.byte(CLOSE_BRACE)
  }
}

function writeValue(w: JsonWriter, key: DataView, value: unknown): void {
  if (value === undefined) return
  w.constant(key)
  if (typeof value === 'number') w.integer(value)
  else w.text(JSON.stringify(value))
}

function keyText(name: string): string {
  return `,${JSON.stringify(name)}:`
}

function keyOf(name: string): DataView {
  return constantOf(keyText(name))
}
