import type { Replacement } from './replacement.ts'

/** A range of a text, in UTF-16 units, that a rule takes for secret. */
export interface SecretRange {
  readonly from: number
  readonly to: number
  readonly rule: string
  /** What stands there, decoded. */
  readonly secret: string
  /** Has to stand on both sides of what is put there: of a number within JSON. */
  readonly quote?: string
}

/** Finds secrets by their form. What is secret is group 1 when the expression has one, else all of the match. */
export interface TextRule {
  readonly name: string
  /** With the flags `d` and `g`. */
  readonly expression: RegExp
  /** The expression fits only texts with one of these in them: far quicker to find out. */
  readonly hints?: readonly string[]
  /** Whether what the expression took for secret is. */
  readonly isSecret?: (found: string) => boolean
}

/** `Basic authentication`, `bearer token`: words, no credentials. */
const WORDS = /^[A-Z]?[a-z./-]{0,31}$/

/** `PRIVATE KEY` in base64, by how many bytes stand before it in its group of three. */
export const BASE64_PRIVATE_KEY = [0, 1, 2].map(before =>
  Buffer.from(`${'x'.repeat(before)}PRIVATE KEY`)
    .toString('base64')
    .slice(Math.ceil((before * 8) / 6))
    .replace(/.=+$/, ''),
)

/**
 * Secrets that have a form of their own, wherever they stand. Clients choose the texts, so that nothing here may take longer than
 * in proportion to their length: what may fail is bounded.
 */
export const TEXT_RULES: readonly TextRule[] = [
  // RFC 7519: header and claims are JSON objects, so that their base64url begins with eyJ.
  { name: 'jwt', hints: ['eyJ'], expression: /\beyJ[\w-]{8,512}\.[\w-]{8,}(?:\.[\w-]*)*/dg },
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  { name: 'aws-key', hints: ['AKIA', 'ASIA'], expression: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/dg },
  {
    name: 'private-key',
    hints: ['PRIVATE KEY'],
    expression:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}-----|(?=-----BEGIN )|$)/dg,
  },
  {
    name: 'private-key',
    hints: BASE64_PRIVATE_KEY,
    expression: new RegExp(
      `(?<![\\w+/])[\\w+/]*?(?:${BASE64_PRIVATE_KEY.map(text => text.replaceAll('+', '\\+')).join('|')})[\\w+/=\\s]*`,
      'dg',
    ),
  },
  {
    name: 'bearer',
    expression: /\b(?:bearer|basic)(?:\s|%20|\+){1,8}["']?([\w.~+/=-]{8,})/dgi,
    isSecret: found => !WORDS.test(found),
  },
  // The password of a URL; RFC 3986 userinfo.
  { name: 'url', hints: ['://'], expression: /:\/\/[^\s/?#@:"'<>]{0,256}:([^\s/?#@"'<>]{1,1024})@/dgi },
  // A token instead of a name: names are shorter.
  { name: 'url', hints: ['://'], expression: /:\/\/([^\s/?#@:"'<>]{16,1024})@/dg },
  {
    name: 'vendor-token',
    hints: ['gh', 'glpat-', 'xox'],
    expression: /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abeoprs]-[\w-]{10,})/dg,
  },
]

/** All that the rules find in a text. */
export function findSecrets(text: string, rules: readonly TextRule[]): SecretRange[] {
  const ranges: SecretRange[] = []
  for (const { name, expression, hints, isSecret } of rules) {
    if (hints !== undefined && !hints.some(hint => text.includes(hint))) continue
    for (const { indices } of matchesOf(expression, text)) {
      const range = indices?.[1] ?? indices?.[0]
      // An expression of the user's may match nothing.
      if (range === undefined || range[0] === range[1]) continue
      const found = rangeOf(text, range, name)
      if (isSecret?.(found.secret) ?? true) ranges.push(found)
    }
  }
  return ranges
}

/** What is put in the place of a range. */
export function textInstead({ secret, quote = '' }: SecretRange, replacement: Replacement): string {
  return quote + replacement(secret) + quote
}

/** A text with something else in the place of what the rules find. */
export function replaceSecrets(text: string, rules: readonly TextRule[], replacement: Replacement): string {
  let left = ''
  let at = 0
  for (const { from, to, secret } of findSecrets(text, rules).toSorted((a, b) => a.from - b.from)) {
    if (from >= at) left += text.slice(at, from) + replacement(secret)
    at = Math.max(at, to)
  }
  return left + text.slice(at)
}

/** As `matchAll`, which compiles a copy of the expression each time. */
export function* matchesOf(expression: RegExp, text: string): Generator<RegExpExecArray> {
  expression.lastIndex = 0
  for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
    yield match
    if (match[0] === '') expression.lastIndex++
  }
}

/** A range of `text` with what stands there. */
export function rangeOf(text: string, [from, to]: readonly [number, number], rule: string): SecretRange {
  return { from, to, rule, secret: text.slice(from, to) }
}
