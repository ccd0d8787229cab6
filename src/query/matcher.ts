import { ATTRIBUTES, type AttributeDefinition, attributeValue } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import { interactiveAccess } from '../audit/interactive-access.ts'
import type { Condition } from './condition.ts'
import { globExpression } from './glob.ts'
import { receivedAt } from './received-at.ts'

/** Says whether an event meets a condition. */
export type Matcher = (event: AuditEvent) => boolean

const ASCII = /^[\x20-\x7e]*$/

/** What the kubelet's path behind `nodes/proxy` names; objectRef stops at the node. */
const REACHED: Readonly<Record<string, (event: AuditEvent) => string | undefined>> = {
  'reached.namespace': event => interactiveAccess(event)?.namespace,
  'reached.name': event => interactiveAccess(event)?.name,
}

/** The test that a condition means. @throws Error when it names an attribute that there is none of */
export function matcher(condition: Condition): Matcher {
  switch (condition.kind) {
    case 'is':
      return isMatcher(condition.attribute, condition.values)
    case 'startsWith':
      return startsWithMatcher(condition.attribute, condition.prefix)
    case 'like': {
      const expression = globExpression(condition.pattern)
      return someText(condition.attribute, text => expression.test(text))
    }
    case 'exists':
      return someText(condition.attribute, text => text !== '')
    case 'between': {
      const { attribute, from, to } = condition
      const value = reader(attribute)
      return event => {
        const number = value(event)
        return typeof number === 'number' && number >= from && number <= to
      }
    }
    case 'fromAddress':
      return someText('source_ips', address => condition.range.has(address))
    case 'received': {
      const { since, until } = condition
      return event => {
        const time = receivedAt(event)
        return (
          time !== undefined &&
          (since === undefined || time >= since) &&
          (until === undefined || time < until)
        )
      }
    }
    case 'body':
      return condition.test
    case 'all': {
      const parts = condition.parts.map(matcher)
      return event => parts.every(part => part(event))
    }
    case 'any': {
      const parts = condition.parts.map(matcher)
      return event => parts.some(part => part(event))
    }
    case 'not': {
      const part = matcher(condition.part)
      return event => !part(event)
    }
  }
}

/** Compares the bytes of a field where that will do: most events are none of those asked for. */
function isMatcher(attribute: string, values: readonly (string | number)[]): Matcher {
  const { field, kind } = definitionOf(attribute) ?? {}
  const isPlain = values.every(value => typeof value === 'string' && ASCII.test(value))
  if (field !== undefined && kind === 'string' && isPlain)
    return event => values.some(value => event.textIs(field, String(value)))
  const value = reader(attribute)
  return event => {
    const found = value(event)
    if (typeof found === 'object') return found.some(item => values.includes(item))
    return typeof found !== 'boolean' && found !== undefined && values.includes(found)
  }
}

function startsWithMatcher(attribute: string, prefix: string): Matcher {
  const { field, kind } = definitionOf(attribute) ?? {}
  if (field !== undefined && kind === 'string' && ASCII.test(prefix))
    return event => event.textStartsWith(field, prefix)
  return someText(attribute, text => text.startsWith(prefix))
}

function someText(attribute: string, test: (text: string) => boolean): Matcher {
  const value = reader(attribute)
  return event => {
    const found = value(event)
    if (typeof found === 'string') return test(found)
    return typeof found === 'object' && found.some(test)
  }
}

function reader(attribute: string) {
  const reached = REACHED[attribute]
  if (reached !== undefined) return reached
  const definition = definitionOf(attribute)
  if (definition === undefined) throw new Error(`no attribute ${attribute}`)
  return (event: AuditEvent) => attributeValue(definition, event)
}

function definitionOf(attribute: string): AttributeDefinition | undefined {
  return ATTRIBUTES.find(({ name }) => name === `k8s.auditlog.${attribute}`)
}
