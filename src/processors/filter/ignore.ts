import type { AuditEvent } from '../../audit/event.ts'
import { FIELD, type Field } from '../../audit/fields.ts'
import { globFits, isGlob } from '../../condition/glob.ts'
import { anyOf, type Matcher } from '../../condition/matcher.ts'
import type { Rule } from '../../condition/rule.ts'
import { isAccessOrRefusal } from '../../condition/spared.ts'
import type { FilterOptions } from './options.ts'

/** Resources whose answer is remembered: a cluster has some hundred, but names in a request are its client's. */
const MOST_KNOWN = 1000

/**
 * kubechronicle's ignore patterns. As there, interactive access is recorded all the same, and so is what was refused,
 * which it never saw. https://github.com/Turall/kubechronicle/blob/main/internal/admission/ignore.go
 */
export function ignoreRules({ namespaces, names, kinds }: FilterOptions['ignore']): Rule[] {
  const rules = [
    rule('namespaces', namespaces, pattern => textMatcher(FIELD.objectNamespace, pattern)),
    rule('names', names, pattern => textMatcher(FIELD.objectName, pattern)),
    rule('kinds', kinds, kindMatcher),
  ]
  return rules.filter(made => made !== undefined)
}

function rule(
  name: string,
  patterns: readonly string[],
  matcherOf: (pattern: string) => Matcher,
): Rule | undefined {
  if (patterns.length === 0) return undefined
  const fits = anyOf(patterns.map(matcherOf))
  return { name: `ignore/${name}`, matches: event => fits(event) && !isAccessOrRefusal(event) }
}

function textMatcher(field: Field, pattern: string): Matcher {
  if (!isGlob(pattern)) return event => event.text(field) === pattern
  return event => {
    const text = event.text(field)
    return text !== undefined && globFits(pattern, text)
  }
}

/** An audit event names no kind but the resource, which is the kind's plural in lower case. */
function kindMatcher(pattern: string): Matcher {
  const known = new Map<string, boolean>()
  const wanted = pattern.toLowerCase()
  return (event: AuditEvent) => {
    const resource = event.text(FIELD.objectResource)
    if (resource === undefined) return false
    let answer = known.get(resource)
    if (answer !== undefined) return answer
    answer = [resource, ...singulars(resource)].some(name => globFits(wanted, name))
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(resource, answer)
    return answer
  }
}

/** What a plural may be the plural of: `ingresses` of `ingress` or `ingresse`, `networkpolicies` of `networkpolicy`. */
function singulars(plural: string): string[] {
  if (plural.endsWith('ies')) return [`${plural.slice(0, -3)}y`]
  if (plural.endsWith('ses') || plural.endsWith('xes') || plural.endsWith('ches'))
    return [plural.slice(0, -2), plural.slice(0, -1)]
  return plural.endsWith('s') ? [plural.slice(0, -1)] : []
}
