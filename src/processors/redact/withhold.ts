import { REDACTED } from './replacement.ts'
import { replaceSecrets, TEXT_RULES, type TextRule } from './text-rules.ts'

/** How an event begins that kube-apiserver writes. */
const EVENT_START = /^\s*\{"kind":"Event","apiVersion":"audit\.k8s\.io\//
/** From here on a line may hold anything: bodies, or letters written as escapes. */
const BODY = /(?<!^\s*)\{"kind":"Event"|"(?:request|response)Object"|\\u00(?:2[0-57-9a-f]|3[0-9abdf]|[4-7])/i

/** Nothing was left before. */
const WITHHELD = /^<redacted: \d+ bytes>$/

const QUERY = /("requestURI":"(?:[^"?;%\\]|\\.)*[?;%])(?:[^"\\]|\\.)*/g

/** What the API server says of a request may quote it. */
const MESSAGE = /("message":")(?:[^"\\]|\\.)*/g

/**
 * What may be kept of a line that is no event, or that could not be redacted: nobody can tell what in it is secret. Of an
 * event its beginning, which says who called what; of anything else nothing.
 */
export function withhold(raw: Buffer, rules: readonly TextRule[] = TEXT_RULES): Buffer {
  const text = raw.toString('latin1')
  if (WITHHELD.test(text)) return raw
  if (!EVENT_START.test(text)) return Buffer.from(`<redacted: ${raw.length} bytes>`)
  const end = text.search(BODY)
  // A query may hold tokens and command lines, and so may what is percent-encoded.
  const head = (end < 0 ? text : text.slice(0, end))
    .replace(QUERY, '$1<redacted>')
    .replace(MESSAGE, '$1<redacted>')
  const kept = replaceSecrets(head, rules, REDACTED)
  const left = end < 0 ? '' : `<redacted: ${raw.length - end} bytes>`
  return Buffer.concat([Buffer.from(kept, 'latin1'), Buffer.from(left)])
}
