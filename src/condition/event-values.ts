import { ATTRIBUTES, type AttributeValue, attributeValue } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { Field } from '../audit/fields.ts'

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
    if (attribute?.field !== undefined && attribute.kind === 'string[]')
      values[index] = listOf(event, attribute.field)
    else values[index] = attribute && attributeValue(attribute, event)
    generations[index] = generation
  }
  return values[index]
}

/** Lists that were decoded, by their JSON: a log has few different groups and addresses, and parsing is dear. */
const lists = new Map<string, readonly string[] | undefined>()
const MOST_LISTS = 1000
const LONGEST_LIST = 1024

function listOf(event: AuditEvent, field: Field): readonly string[] | undefined {
  const [start, end] = [event.startOf(field), event.endOf(field)]
  if (start < 0 || end - start > LONGEST_LIST) return event.strings(field)
  const json = event.buffer.toString('latin1', start, end)
  let list = lists.get(json)
  if (list !== undefined) return list
  list = event.strings(field)
  if (lists.size >= MOST_LISTS) lists.clear()
  lists.set(json, list)
  return list
}
