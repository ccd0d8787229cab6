import type { Needle } from '../../wasm/needle-table.ts'
import type { Condition } from '../condition.ts'

/** Byte strings of which a line must have at least one to be looked at: ASCII. */
export type Needles = readonly Needle[]

/** Shorter ones would find too much. */
const SHORTEST = 4
/** Of values of access only `is` and `startsWith` over these subresources matter: any of them may stand in a path, too. */
const SUBRESOURCES = ['exec', 'attach', 'portforward', 'proxy', 'ephemeralcontainers']
/** Attributes that only interactive access has. */
const OF_ACCESS = /^(operation$|exec\.|reached\.)/
/** Attributes that are not a string of the line. */
const COMPUTED = /^(latency_us|response\.code)$/

/**
 * Sets of needles: a line whose event meets the condition has at least one needle of each set, however it is escaped.
 * None when nothing can be said. What stands in a line between quotes is the value itself, or has an escape `\u00…` for
 * one of its characters: API servers never escape letters, so needles for that cost nothing and lose nothing.
 */
export function needlesOf(condition: Condition): readonly Needles[] {
  switch (condition.kind) {
    case 'is':
      if (OF_ACCESS.test(condition.attribute)) return [ACCESS]
      if (COMPUTED.test(condition.attribute)) return []
      return union(
        condition.values.map(value => (typeof value === 'string' ? ofString(value, '"', '"') : [])),
      )
    case 'startsWith':
      return OF_ACCESS.test(condition.attribute) ? [ACCESS] : ofString(condition.prefix, '"', '')
    case 'like':
      return OF_ACCESS.test(condition.attribute) ? [ACCESS] : ofPattern(condition.pattern)
    case 'exists':
      return OF_ACCESS.test(condition.attribute) ? [ACCESS] : []
    case 'body':
      // As a key between quotes, or in the path of a JSON patch.
      return union(condition.words.map(word => ofString(word, '', '')))
    case 'all':
      return condition.parts.flatMap(needlesOf)
    case 'any':
      return union(condition.parts.map(needlesOf))
    default:
      return []
  }
}

/** One set for a line that has to have what one of `alternatives` has; none when one of them says nothing. */
function union(alternatives: readonly (readonly Needles[])[]): Needles[] {
  const sets = alternatives.map(sets => sets[0])
  if (sets.some(set => set === undefined)) return []
  return [[...new Set(sets.flatMap(set => set ?? []))]]
}

/** Of a string in the line. `before` and `after` stand beside it when all of it is plain. */
function ofString(value: string, before: '"' | '', after: '"' | ''): Needles[] {
  const run = longest(value.match(/[A-Za-z0-9:._@-]+/g) ?? [])
  const needle = run === value ? `${before}${run}${after}` : run
  return needle.length < SHORTEST ? [] : [[needle, ...escapesOf(run)]]
}

function ofPattern(pattern: string): Needles[] {
  return ofString(longest(pattern.match(/[A-Za-z0-9:._@-]+/g) ?? []), '', '')
}

const longest = (runs: readonly string[]) => runs.reduce((a, b) => (b.length > a.length ? b : a), '')

/** The escapes that JSON has for the characters, which are ASCII: hexadecimal digits may be of either case. */
function escapesOf(characters: string): Needle[] {
  const lasts = new Map<string, Set<string>>()
  for (const character of characters) {
    const [first = '', last = ''] = character.charCodeAt(0).toString(16).padStart(2, '0')
    lasts.set(first, (lasts.get(first) ?? new Set()).add(last).add(last.toUpperCase()))
  }
  return [...lasts].map(([first, digits]) => [...`\\u00${first}`, [...digits].join('')])
}

/** What is short is told from longer words, `kube-proxy` for one, by what is before it. */
const BEFORE_SHORT = ['"/fF6']

/**
 * Of interactive access. The subresource is all of a string in objectRef; without objectRef it is a segment of the path in
 * requestURI, where any of its letters may be percent-encoded, and the slash before it too: `/`, `%2f`, `%2F`, or one of
 * these with its last character escaped, `%2\u0046`.
 */
const ACCESS: Needles = [
  ...SUBRESOURCES.map(name => [...(name.length > 5 ? '' : BEFORE_SHORT), ...name, '"?/\\%']),
  ...escapesOf(`${SUBRESOURCES.join('')}%67`),
  '%6',
  '%7',
]
