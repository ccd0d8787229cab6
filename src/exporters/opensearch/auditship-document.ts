import { type AttributeDefinition, attributeValue } from '../../audit/attributes.ts'
import type { AuditEvent } from '../../audit/event.ts'
import { interactiveAccess } from '../../audit/interactive-access.ts'
import { CLOSE_BRACE, CLOSE_BRACKET, COMMA, OPEN_BRACKET, QUOTE, stringElements } from '../../audit/json.ts'
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
  readonly #attributes: readonly Member[]
  readonly #accessAttributes: readonly Member[]
  readonly #resource: DataView
  readonly #elements: number[] = []

  constructor(attributes: readonly AttributeDefinition[], resource: Readonly<Record<string, string>>) {
    const member = (definition: AttributeDefinition) => ({ definition, key: keyOf(definition.name) })
    this.#attributes = attributes.filter(({ access }) => access === undefined).map(member)
    this.#accessAttributes = attributes.filter(({ access }) => access !== undefined).map(member)
    const pairs = Object.entries(resource).map(
      ([key, value]) => `,${JSON.stringify(key)}:${JSON.stringify(value)}`,
    )
    this.#resource = constantOf(pairs.join(''))
  }

  write(w: JsonWriter, event: AuditEvent, asText: boolean): void {
    w.constant(TIMESTAMP)
    writeDocumentTime(w, event)
    w.byte(QUOTE)
    for (const member of this.#attributes) this.#attribute(w, member, event)
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

  #attribute(w: JsonWriter, { definition, key }: Member, event: AuditEvent): void {
    const { field, kind } = definition
    if (field === undefined || kind === 'int') {
      writeValue(w, key, attributeValue(definition, event))
      return
    }
    const start = event.startOf(field)
    if (start < 0) return
    if (kind === 'string' && event.isText(field)) {
      w.constant(key)
      w.copy(event.buffer, start, event.endOf(field))
    } else if (kind === 'string[]' && event.buffer[start] === OPEN_BRACKET) {
      w.constant(key)
      this.#strings(w, event.buffer, start)
    }
  }

  /** The strings of an array: a field takes no other elements. */
  #strings(w: JsonWriter, source: Buffer, start: number): void {
    const spans = this.#elements
    const count = stringElements(source, start, spans)
    w.byte(OPEN_BRACKET)
    for (let i = 0; i < count; i += 2) {
      if (i > 0) w.byte(COMMA)
      w.copy(source, spans[i] as number, spans[i + 1] as number)
    }
    w.byte(CLOSE_BRACKET)
  }
}

function writeValue(w: JsonWriter, key: DataView, value: unknown): void {
  if (value === undefined) return
  w.constant(key)
  if (typeof value === 'number') w.integer(value)
  else w.text(JSON.stringify(value))
}

function keyOf(name: string): DataView {
  return constantOf(`,${JSON.stringify(name)}:`)
}
