import { QUOTE, skipSpace, skipValue } from '../../audit/json.ts'
import { bytesOf, type DecodedBytes, type DecodedText, decodeString } from './decoded-text.ts'
import type { BodyKind } from './secret-context.ts'
import { findSecretValues, type Hide } from './secret-values.ts'
import { findSecrets, type SecretRange, type TextRule } from './text-rules.ts'
import { walkJson } from './walk.ts'

/** A quote as it stands in a text that is a JSON string itself. */
export const ESCAPED_QUOTE = '\\"'

const RULE = 'secret in a text'
const JSON_START = /^\s*[[{"]/
/** Kinds, and escapes that may hide them or anything else. */
const NESTED = /Secret|TokenRe|\\/

/** YAML of a Secret; JSON that is torn, or follows something else, looks the same. Tags and anchors may stand before the kind. */
const SECRET_KIND = /\bkind\\*["']?\s*:\s*(?:(?:[!&]\S{0,64}|[|>][-+\d]{0,3})\s+){0,3}\\*["']?Secret/
const SECRET_DATA = /\b(?:data|stringData)\\*["']?\s*:/

/**
 * The secrets in a text, as ranges of the bytes that it was decoded from: what `rules` find, and in JSON of a Secret its values,
 * also where that stands in a string of JSON. YAML of a Secret is secret as a whole. `quote` is a quote as it has to be written there.
 */
export function findInText(text: DecodedText, rules: readonly TextRule[], quote: string): SecretRange[] {
  const found = findSecrets(text.text, rules).map(range => sourceOf(text, range))
  if (!NESTED.test(text.text)) return found
  const nested = JSON_START.test(text.text) ? findInDocuments(text, 'any', rules, quote) : undefined
  if (nested !== undefined) return [...found, ...nested]
  const isManifest = SECRET_KIND.test(text.text) && SECRET_DATA.test(text.text)
  return isManifest ? [...found, wholeOf(text)] : found
}

/** The same of a text that is known to be a Secret as JSON; when it is not, all of it is secret. */
export function findInSecret(text: DecodedText, rules: readonly TextRule[], quote: string): SecretRange[] {
  return findInDocuments(text, 'secret request', rules, quote) ?? [wholeOf(text)]
}

/** Undefined when the text is not JSON: one document or several. */
function findInDocuments(
  text: DecodedText,
  kind: BodyKind,
  rules: readonly TextRule[],
  quote: string,
): SecretRange[] | undefined {
  const source = bytesOf(text)
  const starts = documentsIn(source.bytes)
  if (starts === undefined) return undefined
  const found: SecretRange[] = []
  const within = JSON.stringify(quote).slice(1, -1)
  const inString = (start: number, end: number) => nestedText(source, start, end)
  const hide: Hide = (_, start, end, isDocument) => {
    if (isDocument) found.push(...findInSecret(inString(start, end), rules, within))
    else found.push(valueAt(source, start, end, quote))
  }
  for (const start of starts) {
    findSecretValues(source.bytes, start, kind, hide)
    walkJson(source.bytes, start, {
      scalar: (_, from, to) => {
        // Each level of nesting doubles the escapes, so that there are few.
        if (source.bytes[from] === QUOTE) found.push(...findInText(inString(from, to), rules, within))
      },
    })
  }
  return found
}

/** Where the JSON documents in these bytes begin; undefined when something else is there, or nothing. */
function documentsIn(bytes: Buffer): number[] | undefined {
  const starts: number[] = []
  for (let at = skipSpace(bytes, 0); at < bytes.length; ) {
    const end = skipValue(bytes, at)
    if (end < 0 || end > bytes.length) return undefined
    starts.push(at)
    at = skipSpace(bytes, end)
  }
  return starts.length === 0 ? undefined : starts
}

function nestedText(source: DecodedBytes, start: number, end: number): DecodedText {
  const { text, at } = decodeString(source.bytes, start, end)
  return { text, at: index => source.at(at(index)) }
}

/** What is in the quotes, or the number, which needs some. */
function valueAt(source: DecodedBytes, start: number, end: number, quote: string): SecretRange {
  const { bytes, at } = source
  if (bytes[start] !== QUOTE)
    return { from: at(start), to: at(end), rule: RULE, secret: bytes.toString('utf8', start, end), quote }
  const { text } = decodeString(bytes, start, end)
  return { from: at(start + 1), to: at(end - 1), rule: RULE, secret: text }
}

const sourceOf = (text: DecodedText, range: SecretRange): SecretRange => ({
  ...range,
  from: text.at(range.from),
  to: text.at(range.to),
})

const wholeOf = ({ text, at }: DecodedText): SecretRange => ({
  from: at(0),
  to: at(text.length),
  rule: RULE,
  secret: text,
})
