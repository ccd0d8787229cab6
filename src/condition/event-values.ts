import { ATTRIBUTES, type AttributeValue, attributeValue } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'

const PREFIX = 'k8s.auditlog.'

/** Name of an attribute without `k8s.auditlog.`. */
export const shortName = (name: string) => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name)

let current: AuditEvent | undefined
let generation = 0
const generations = new Float64Array(ATTRIBUTES.length)
const values: (AttributeValue | undefined)[] = ATTRIBUTES.map(() => undefined)

/** The value of the attribute at this index of the table, decoded once however many conditions ask for it. */
export function decodedOnce(index: number, event: AuditEvent): AttributeValue | undefined {
  if (event !== current) {
    current = event
    generation++
  }
  if (generations[index] !== generation) {
    const attribute = ATTRIBUTES[index]
    values[index] = attribute && attributeValue(attribute, event)
    generations[index] = generation
  }
  return values[index]
}
