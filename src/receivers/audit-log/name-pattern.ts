/** Tells whether a file's name fits a pattern. */
export type NameMatcher = (name: string) => boolean

const SPECIAL = /[*?[\]{}\\]/g

/** Whether `name` means more than one name, or a name written with `\`. */
export function isPattern(name: string): boolean {
  return name.search(SPECIAL) >= 0
}

/** The pattern that fits `name` only. */
export function patternOf(name: string): string {
  return name.replace(SPECIAL, '\\$&')
}

/**
 * The matcher of a pattern as shells have it: `*`, `?`, `[a-z]`, `[!a-z]`, `{a,b}`, and `\` before a character that is meant
 * literally. A dot at the beginning is matched only by a dot.
 * Node's `path.matchesGlob` warns that it is experimental before 22.20, and takes an unclosed `[` or `{` without a word.
 * @throws SyntaxError that says what is wrong and where
 */
export function nameMatcher(pattern: string): NameMatcher {
  const { source, end } = alternative(pattern, 0, true, false)
  if (end < pattern.length) throw new SyntaxError(`a } at character ${end + 1} that no { begins`)
  const expression = new RegExp(`^${source}$`, 'su')
  return name => expression.test(name)
}

/** A piece of a regular expression, and where in the pattern it ends. */
interface Piece {
  readonly source: string
  readonly end: number
}

/** Up to the end or an unescaped `}`, within braces also up to a `,`. */
function alternative(pattern: string, start: number, isFirst: boolean, isInBraces: boolean): Piece {
  let source = ''
  let at = start
  while (at < pattern.length && pattern[at] !== '}' && !(isInBraces && pattern[at] === ',')) {
    const next = piece(pattern, at, isFirst && at === start)
    source += next.source
    at = next.end
  }
  return { source, end: at }
}

function piece(pattern: string, at: number, isFirst: boolean): Piece {
  const noDot = isFirst ? '(?!\\.)' : ''
  switch (pattern[at]) {
    case '*': {
      let end = at + 1
      while (pattern[end] === '*') end++
      return { source: `${noDot}.*`, end }
    }
    case '?':
      return { source: `${noDot}.`, end: at + 1 }
    case '[': {
      const { source, end } = characterClass(pattern, at)
      return { source: noDot + source, end }
    }
    case '{':
      return braces(pattern, at, isFirst)
    case '\\':
      if (at + 1 === pattern.length) throw new SyntaxError('a \\ at the end, with nothing after it')
      return character(pattern, at + 1)
    default:
      return character(pattern, at)
  }
}

function braces(pattern: string, start: number, isFirst: boolean): Piece {
  const sources: string[] = []
  for (let at = start; ; ) {
    const { source, end } = alternative(pattern, at + 1, isFirst, true)
    sources.push(source)
    if (end === pattern.length) throw new SyntaxError(`a { at character ${start + 1} without its }`)
    if (pattern[end] === '}') return { source: `(?:${sources.join('|')})`, end: end + 1 }
    at = end
  }
}

function characterClass(pattern: string, start: number): Piece {
  const isNegated = /[!^]/.test(pattern[start + 1] ?? '')
  const first = start + (isNegated ? 2 : 1)
  // A `]` that comes first is one of the characters.
  const end = pattern.indexOf(']', first + 1)
  if (end < 0) throw new SyntaxError(`a [ at character ${start + 1} without its ]`)
  const characters = pattern.slice(first, end)
  for (const [range, from = '', to = ''] of characters.matchAll(/(.)-(.)/gsu))
    if (from > to) throw new SyntaxError(`the range ${range} at character ${start + 1} is empty`)
  return { source: `[${isNegated ? '^' : ''}${characters.replace(/[\\[\]^]/g, '\\$&')}]`, end: end + 1 }
}

function character(pattern: string, at: number): Piece {
  const text = String.fromCodePoint(pattern.codePointAt(at) ?? 0)
  return { source: text.replace(/[.*+?^${}()|[\]\\/]/, '\\$&'), end: at + text.length }
}
