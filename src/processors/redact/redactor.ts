import type { AuditEvent } from '../../audit/event.ts'
import { FIELD, type Field } from '../../audit/fields.ts'
import { QUOTE } from '../../audit/json.ts'
import { type ChosenPath, walkChosen } from './chosen-paths.ts'
import { findInCommandLists } from './command-lists.ts'
import { decodeString } from './decoded-text.ts'
import { type Edit, outermost } from './edits.ts'
import { hidden } from './hidden.ts'
import { operationsIn } from './json-patch.ts'
import { readings } from './repeated-keys.ts'
import type { Replacement } from './replacement.ts'
import { findInUri, mayHoldSecret } from './request-uri.ts'
import type { BodyKind } from './secret-context.ts'
import { findSecretNotes } from './secret-notes.ts'
import { ESCAPED_QUOTE, findInSecret, findInText } from './secret-text.ts'
import { findSecretValues, type Hide } from './secret-values.ts'
import { MAY_HOLD_OBJECT, MAY_HOLD_TEXT } from './suspects.ts'
import { type SecretRange, type TextRule, textInstead } from './text-rules.ts'
import type { Path } from './walk.ts'

type Body = readonly [name: string, field: Field]

const BODIES: readonly Body[] = [
  ['requestObject', FIELD.requestObject],
  ['responseObject', FIELD.responseObject],
]

/** First byte of `null`: in a patch it removes. */
const NULL = 0x6e

/** Says where in an event something is. */
type Format = (path: Path) => string

const NOWHERE: Format = () => ''

/** Finds what is secret in an event, and what is to stand there instead. */
export class Redactor {
  readonly #replacement: Replacement
  readonly #paths: readonly ChosenPath[]
  readonly #rules: readonly TextRule[]
  /** What is suspected of every event. */
  readonly #always: number

  /** With `hasOwnRules` some of the rules are the user's: what they fit may be in any event. */
  constructor(
    replacement: Replacement,
    paths: readonly ChosenPath[],
    rules: readonly TextRule[],
    hasOwnRules: boolean,
  ) {
    this.#replacement = replacement
    this.#paths = paths
    this.#rules = rules
    this.#always = hasOwnRules ? MAY_HOLD_TEXT : 0
  }

  /** The edits, in order. `suspicion` is what `suspicious` says of the event. `format` says where they are in words, which costs. */
  edits(event: AuditEvent, suspicion: number, format = NOWHERE): readonly Edit[] {
    const edits: Edit[] = []
    const bits = suspicion | this.#always
    if (!event.hasRepeatedKeys) this.#find(event, bits, format, edits)
    else for (const reading of readings(event)) this.#find(reading, bits, format, edits)
    return edits.length < 2 ? edits : outermost(edits)
  }

  #find(event: AuditEvent, bits: number, format: Format, edits: Edit[]): void {
    this.#inUri(event, bits, edits)
    for (const body of BODIES) if (event.startOf(body[1]) >= 0) this.#inBody(event, body, bits, format, edits)
    if (event.textIs(FIELD.objectResource, 'secrets'))
      findSecretNotes(event, (path, start, end) =>
        edits.push(hidden(event.buffer, start, end, this.#replacement, 'secret', format(path))),
      )
    const isClose = (bits & MAY_HOLD_TEXT) !== 0
    if (isClose || this.#paths.length > 0)
      this.#inStrings(event.buffer, event.start, [], isClose, format, edits)
  }

  #inUri(event: AuditEvent, bits: number, edits: Edit[]): void {
    if (!event.isText(FIELD.requestURI)) return
    const { buffer } = event
    const [start, end] = [event.startOf(FIELD.requestURI), event.endOf(FIELD.requestURI)]
    if ((bits & MAY_HOLD_TEXT) === 0 && !mayHoldSecret(buffer, start, end)) return
    for (const range of findInUri(decodeString(buffer, start, end), this.#rules)) {
      // As a client would have had to write it.
      const text = textInstead(range, this.#replacement).replace(/[<>:"\\]/g, encodeURIComponent)
      edits.push({ start: range.from, end: range.to, text, rule: range.rule, where: 'requestURI' })
    }
  }

  #inBody(event: AuditEvent, [name, field]: Body, bits: number, format: Format, edits: Edit[]): void {
    const { buffer } = event
    const start = event.startOf(field)
    const kind = bodyKind(event, field)
    if (kind !== 'any' || (bits & MAY_HOLD_OBJECT) !== 0) {
      const rule = kind === 'token' ? 'token' : 'secret'
      const hide: Hide = (path, from, to, isDocument) => {
        if (!isDocument) edits.push(hidden(buffer, from, to, this.#replacement, rule, format(path)))
        else {
          const found = findInSecret(decodeString(buffer, from, to), this.#rules, ESCAPED_QUOTE)
          edits.push(...this.#editsOf(found, format(path)))
        }
      }
      findSecretValues(buffer, start, kind, hide, [name])
    }
    // What `kubectl debug` runs.
    if (event.textIs(FIELD.objectSubresource, 'ephemeralcontainers'))
      for (const { path, ...range } of findInCommandLists(buffer, start, this.#rules, [name]))
        edits.push(...this.#editsOf([range], format(path)))
    if (this.#paths.length > 0)
      for (const { value, path } of operationsIn(buffer, start, name))
        this.#inStrings(buffer, value, path, false, format, edits)
  }

  /**
   * All strings but the URI of the value at `start`, which stands at `at`: with `isClose` for what they hold, because a secret may
   * be in an annotation or in a message too, else only for where they are.
   */
  #inStrings(buffer: Buffer, start: number, at: Path, isClose: boolean, format: Format, edits: Edit[]): void {
    walkChosen(buffer, start, at, this.#paths, (path, from, to, chosen) => {
      if (chosen !== undefined && buffer[from] !== NULL)
        edits.push(hidden(buffer, from, to, this.#replacement, chosen, format(path)))
      else if (isClose && buffer[from] === QUOTE && !isTakenCareOf(path)) {
        const found = findInText(decodeString(buffer, from, to), this.#rules, ESCAPED_QUOTE)
        if (found.length > 0) edits.push(...this.#editsOf(found, format(path)))
      }
    })
  }

  #editsOf(ranges: readonly SecretRange[], where: string): Edit[] {
    return ranges.map(range => ({
      start: range.from,
      end: range.to,
      text: textInstead(range, this.#replacement),
      rule: range.rule,
      where,
    }))
  }
}

/** What a body is by the resource that the API server says the request was for. */
function bodyKind(event: AuditEvent, field: Field): BodyKind {
  if (event.textIs(FIELD.objectResource, 'secrets'))
    return field === FIELD.requestObject ? 'secret request' : 'secret response'
  const isTokenRequest =
    event.textIs(FIELD.objectSubresource, 'token') && event.textIs(FIELD.objectResource, 'serviceaccounts')
  return isTokenRequest || event.textIs(FIELD.objectResource, 'tokenreviews') ? 'token' : 'any'
}

/** The URI was looked at in its own way; the version is the API server's, and an event has to have it. */
const isTakenCareOf = (path: Path) =>
  path.length === 1 && (path[0] === 'requestURI' || path[0] === 'apiVersion')
