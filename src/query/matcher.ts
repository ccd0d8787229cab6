import { ATTRIBUTES, type AttributeDefinition, attributeValue } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import { interactiveAccess } from '../audit/interactive-access.ts'
import type { Condition } from './condition.ts'
import { evaluator, type Reading } from './evaluate.ts'
import { receivedAt } from './received-at.ts'

/** Says whether an event meets a condition. */
export type Matcher = (event: AuditEvent) => boolean

const ASCII = /^[\x20-\x7e]*$/

/** What the kubelet's path behind `nodes/proxy` names; objectRef stops at the node. */
const REACHED: Readonly<Record<string, (event: AuditEvent) => string | undefined>> = {
  'reached.namespace': event => interactiveAccess(event)?.namespace,
  'reached.name': event => interactiveAccess(event)?.name,
}

const READING: Reading<AuditEvent> = {
  value(attribute) {
    const reached = REACHED[attribute]
    if (reached !== undefined) return reached
    const definition = definitionOf(attribute)
    if (definition === undefined) throw new Error(`no attribute ${attribute}`)
    return event => attributeValue(definition, event)
  },
  received: receivedAt,
  body: ({ test }) => test,
  shortcut,
}

/** The test that a condition means. @throws Error when it names an attribute that there is none of */
export const matcher = (condition: Condition): Matcher => evaluator(condition, READING)

/** Compares the bytes of a field: most events are none of those asked for, and are never decoded. */
function shortcut(condition: Condition): Matcher | undefined {
  if (condition.kind !== 'is' && condition.kind !== 'startsWith') return undefined
  const { field, kind } = definitionOf(condition.attribute) ?? {}
  if (field === undefined || kind !== 'string') return undefined
  if (condition.kind === 'startsWith') {
    const { prefix } = condition
    return ASCII.test(prefix) ? event => event.textStartsWith(field, prefix) : undefined
  }
  const values = condition.values.map(String)
  if (!values.every(value => ASCII.test(value))) return undefined
  return event => values.some(value => event.textIs(field, value))
}

function definitionOf(attribute: string): AttributeDefinition | undefined {
  return ATTRIBUTES.find(({ name }) => name === `k8s.auditlog.${attribute}`)
}
