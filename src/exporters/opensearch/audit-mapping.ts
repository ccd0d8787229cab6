import { ATTRIBUTES, type AttributeDefinition } from '../../audit/attributes.ts'
import { EVENT_FIELD, EVENT_TEXT_FIELD } from './auditship-document.ts'
import { ATTRIBUTE_MAPPINGS, KEYWORD, propertiesOf, STORED_JSON, TIME } from './field-mappings.ts'
import { type JsonObject, type Marked, markFor } from './managed.ts'

/**
 * The mapping of audit events: every attribute there is, so that switching one on needs no new template, and the resource
 * attributes. No event adds a field to it.
 */
export function auditMapping(
  attributes: readonly AttributeDefinition[],
  resourceNames: readonly string[],
): Marked {
  const fields = auditFields(attributes)
  for (const name of resourceNames) fields.set(name, KEYWORD)
  const settings = { dynamic: false, date_detection: false }
  const _meta = markFor({ ...settings, properties: propertiesOf(auditFields([])) })
  return { _meta, ...settings, properties: propertiesOf(fields) }
}

/** All fields but those of the resource, by name: the table's, and those of `attributes` that are not in it. */
export function auditFields(attributes: readonly AttributeDefinition[]): Map<string, JsonObject> {
  const { type, format } = TIME // a data stream wants a valid time, and the exporter writes no other
  const own: [string, JsonObject][] = [
    ['@timestamp', { type, format }],
    [EVENT_FIELD, STORED_JSON],
    [EVENT_TEXT_FIELD, { type: 'keyword', index: false, doc_values: false }],
  ]
  const ofEvents = [...ATTRIBUTES, ...attributes].map(({ name, mapping }): [string, JsonObject] => [
    name,
    ATTRIBUTE_MAPPINGS[mapping],
  ])
  return new Map([...own, ...ofEvents])
}
