import type { AttributeDefinition } from '../../audit/attributes.ts'
import type { Log } from '../../pipeline/log.ts'
import { auditFields } from './audit-mapping.ts'

/** Deepest field that OpenSearch takes. https://docs.opensearch.org/latest/field-types/#mapping-limits */
const DEEPEST = 20

/**
 * The resource attributes whose names can be fields of an audit event's document. Others, such as `service` beside
 * `service.name`, would make OpenSearch refuse every document: they are left out, and said so.
 */
export function resourceFields(
  resource: Readonly<Record<string, string>>,
  attributes: readonly AttributeDefinition[],
  log: Log,
): Record<string, string> {
  const taken = [...auditFields(attributes).keys()]
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(resource)) {
    const problem = problemOf(name, taken)
    if (problem === undefined) {
      taken.push(name)
      fields[name] = value
    } else log.warn(`the resource attribute ${JSON.stringify(name)} is left out of documents: ${problem}`)
  }
  return fields
}

function problemOf(name: string, taken: readonly string[]): string | undefined {
  const parts = name.split('.')
  if (parts.some(part => part.trim() === '') || name.startsWith('_') || parts.length > DEEPEST)
    return 'OpenSearch takes no field of that name'
  const other = taken.find(
    field => field === name || field.startsWith(`${name}.`) || name.startsWith(`${field}.`),
  )
  return other && `it clashes with the field ${other}`
}
