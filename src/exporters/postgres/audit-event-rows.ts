import { type AttributeDefinition, type AttributeValue, attributeValue } from '../../audit/attributes.ts'
import type { AuditEvent } from '../../audit/event.ts'
import { eventTime } from '../../audit/event-time.ts'
import { interactiveAccess } from '../../audit/interactive-access.ts'
import {
  ATTRIBUTE_COLUMNS,
  type AttributeColumn,
  AUDIT_EVENTS_COLUMNS,
  AUDIT_EVENTS_TABLE,
  UNDATED,
} from '../../postgres/audit-events-table.ts'
import { isAddress, storableNanos, storableText, storableTime } from './storable.ts'
import { isUnusableJson } from './unusable-json.ts'

/** `$1` is an array of rows as JSON. An event that is there already stays as it is. */
export const INSERT_AUDIT_EVENTS = `
INSERT INTO ${AUDIT_EVENTS_TABLE} (${AUDIT_EVENTS_COLUMNS.map(({ name }) => `"${name}"`).join(', ')})
SELECT * FROM json_to_recordset($1) AS row (${AUDIT_EVENTS_COLUMNS.map(({ name, type }) => `"${name}" ${type}`).join(', ')})
ON CONFLICT DO NOTHING
`.trim()

/** Makes rows of `audit_events`. */
export class AuditEventRows {
  readonly #columns: readonly AttributeColumn[]
  readonly #accessColumns: readonly AttributeColumn[]
  /** Of the user's own: those that have no column. */
  readonly #ownAttributes: readonly AttributeDefinition[]
  readonly #cluster: string
  readonly #nodeName: string | undefined

  /** @param attributes those that are written */
  constructor(
    attributes: readonly AttributeDefinition[],
    resource: Readonly<Record<string, string>>,
    cluster: string,
  ) {
    const chosen = ATTRIBUTE_COLUMNS.flatMap(column => {
      const attribute = attributes.find(({ name }) => name === column.attribute.name)
      return attribute === undefined ? [] : [{ ...column, attribute }]
    })
    this.#columns = chosen.filter(({ attribute }) => attribute.access === undefined)
    this.#accessColumns = chosen.filter(({ attribute }) => attribute.access !== undefined)
    this.#ownAttributes = attributes.filter(
      ({ name }) => !chosen.some(({ attribute }) => attribute.name === name),
    )
    this.#cluster = cluster
    this.#nodeName = resource['k8s.node.name']
  }

  /** An array of rows as JSON, for `INSERT_AUDIT_EVENTS`. @param asText the events stand in `event_text`, whatever they hold */
  encode(events: readonly AuditEvent[], asText = false): string {
    return `[${events.map(event => this.#row(event, asText)).join()}]`
  }

  #row(event: AuditEvent, asText: boolean): string {
    const time = eventTime(event)
    const row: Record<string, unknown> = {
      id: event.identity(this.#cluster),
      timestamp: time === undefined ? UNDATED : storableNanos(time),
      cluster: storableText(this.#cluster),
      node_name: this.#nodeName === undefined ? undefined : storableText(this.#nodeName),
    }
    for (const { name, attribute } of this.#columns) row[name] = storable(attribute, event)
    if (interactiveAccess(event) !== undefined)
      for (const { name, attribute } of this.#accessColumns) row[name] = storable(attribute, event)
    if (this.#ownAttributes.length > 0) row.own_attributes = this.#own(event)
    const line = event.raw
    const text = line.toString()
    if (asText || isUnusableJson(line, text)) return JSON.stringify({ ...row, event_text: text })
    // The line goes as it is, a parse and a stringify would cost more than all the rest.
    return `${JSON.stringify(row).slice(0, -1)},"event":${text}}`
  }

  #own(event: AuditEvent): Record<string, AttributeValue> | undefined {
    const values = this.#ownAttributes.flatMap(attribute => {
      const value = storable(attribute, event)
      return value === undefined ? [] : [[shortName(attribute), value] as const]
    })
    return values.length === 0 ? undefined : Object.fromEntries(values)
  }
}

/** The name of an attribute without what all have in common. */
const shortName = ({ name }: AttributeDefinition) => name.replace(/^k8s\.auditlog\./, '')

function storable(attribute: AttributeDefinition, event: AuditEvent): AttributeValue | undefined {
  const value = attributeValue(attribute, event)
  if (typeof value === 'string')
    return attribute.mapping === 'date_nanos' ? storableTime(value) : storableText(value)
  if (typeof value !== 'object') return value
  return attribute.mapping === 'ip' ? value.filter(isAddress) : value.map(storableText)
}

/** The UTC days of events, such as `2026-01-31`; events without a time have none. */
export function daysOf(events: readonly AuditEvent[]): Set<string> {
  const days = new Set<string>()
  for (const event of events) {
    const time = eventTime(event)
    if (time !== undefined) days.add(new Date(Number(time / 1_000_000n)).toISOString().slice(0, 10))
  }
  return days
}
