import type { AuditEvent } from '../../audit/event.ts'
import { FIELD, type Field } from '../../audit/fields.ts'
import { QUOTE } from '../../audit/json.ts'
import type { JsonPath } from '../../audit/json-path.ts'
import { findInCommandLists } from './command-lists.ts'
import { decodeString } from './decoded-text.ts'
import { type Edit, outermost } from './edits.ts'
import { PathFinder } from './field-path.ts'
import { hidden } from './hidden.ts'
import type { Replacement } from './replacement.ts'
import { findInUri, mayHoldSecret } from './request-uri.ts'
import type { BodyKind } from './secret-context.ts'
import { withoutSecretObjects } from './secret-text.ts'
import { findSecretValues } from './secret-values.ts'
import { findSecrets, replaceSecrets, type TextRule } from './text-rules.ts'
import { type Path, type Visitor, walkJson } from './walk.ts'

type Body = readonly [name: string, field: Field]

const RESPONSE: Body = ['responseObject', FIELD.responseObject]
const BODIES: readonly Body[] = [['requestObject', FIELD.requestObject], RESPONSE]
/** 400 and 422: the request itself is at fault. */
const BAD_REQUEST = new Set([400, 422])

/** https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#mutating-webhook-auditing-annotations */
const WEBHOOK_PATCH = 'patch.webhook.admission.k8s.io/'

/** Says where in an event something is. */
type Format = (path: Path) => string

const NOWHERE: Format = () => ''

/** Finds what is secret in an event, and what is to stand there instead. */
export class Redactor {
  readonly #replacement: Replacement
  readonly #paths: readonly { readonly text: string; readonly path: JsonPath }[]
  readonly #rules: readonly TextRule[]
  readonly #hasOwnRules: boolean

  /** With `hasOwnRules` some of the rules are the user's: what they fit may be in any event. */
  constructor(
    replacement: Replacement,
    paths: readonly { readonly text: string; readonly path: JsonPath }[],
    rules: readonly TextRule[],
    hasOwnRules: boolean,
  ) {
    this.#replacement = replacement
    this.#paths = paths
    this.#rules = rules
    this.#hasOwnRules = hasOwnRules
  }

  /**
   * The edits, in order. Only with `isSuspicious` all strings of the event are looked at. `format` says where they are in words,
   * which costs.
   */
  edits(event: AuditEvent, isSuspicious: boolean, format = NOWHERE): readonly Edit[] {
    const edits: Edit[] = []
    const isClose = isSuspicious || this.#hasOwnRules
    this.#inUri(event, isClose, edits)
    for (const [name, field] of BODIES) {
      if (event.startOf(field) < 0) continue
      const kind = bodyKind(event, field)
      if (kind !== 'any' || isClose) this.#inBody(event, [name, field], kind, format, edits)
      // What `kubectl debug` runs.
      if (event.textIs(FIELD.objectSubresource, 'ephemeralcontainers'))
        this.#inCommands(event, [name, field], format, edits)
    }
    if (event.textIs(FIELD.objectResource, 'secrets')) {
      this.#inPatchAnnotations(event, format, edits)
      this.#inComplaints(event, format, edits)
    }
    if (isClose || this.#paths.length > 0) this.#inStrings(event, isClose, format, edits)
    return edits.length < 2 ? edits : outermost(edits)
  }

  #inUri(event: AuditEvent, isClose: boolean, edits: Edit[]): void {
    if (!event.isText(FIELD.requestURI)) return
    const { buffer } = event
    const [start, end] = [event.startOf(FIELD.requestURI), event.endOf(FIELD.requestURI)]
    if (!isClose && !mayHoldSecret(buffer, start, end)) return
    for (const { from, to, rule, secret } of findInUri(decodeString(buffer, start, end), this.#rules)) {
      // As a client would have had to write it.
      const text = this.#replacement(secret).replace(/[<>:]/g, encodeURIComponent)
      edits.push({ start: from, end: to, text, rule, where: 'requestURI' })
    }
  }

  #inBody(event: AuditEvent, [name, field]: Body, kind: BodyKind, format: Format, edits: Edit[]): void {
    const { buffer } = event
    const rule = kind === 'token' ? 'token' : 'secret'
    const hide = (path: Path, start: number, end: number) =>
      edits.push(hidden(buffer, start, end, this.#replacement, rule, format(path)))
    findSecretValues(buffer, event.startOf(field), kind, hide, [name])
  }

  #inCommands(event: AuditEvent, [name, field]: Body, format: Format, edits: Edit[]): void {
    const found = findInCommandLists(event.buffer, event.startOf(field), this.#rules, [name])
    for (const { from, to, rule, secret, path } of found)
      edits.push({ start: from, end: to, text: this.#replacement(secret), rule, where: format(path) })
  }

  /** What the API server says of a Secret that it does not take: it may quote it. */
  #inComplaints(event: AuditEvent, format: Format, edits: Edit[]): void {
    if (!BAD_REQUEST.has(event.integer(FIELD.responseCode) ?? 0)) return
    for (const [name, field] of [['responseStatus', FIELD.responseStatus], RESPONSE] as const) {
      if (event.startOf(field) < 0) continue
      const scalar: Visitor['scalar'] = (path, from, to) => {
        if (path.at(-1) === 'message')
          edits.push(hidden(event.buffer, from, to, this.#replacement, 'secret', format(path)))
      }
      walkJson(event.buffer, event.startOf(field), { scalar }, [name])
    }
  }

  /** What webhooks changed in a Secret, which the API server notes in annotations of the event. */
  #inPatchAnnotations(event: AuditEvent, format: Format, edits: Edit[]): void {
    const { buffer } = event
    const start = event.startOf(FIELD.annotations)
    if (start < 0) return
    const scalar: Visitor['scalar'] = (path, from, to) => {
      if (String(path[1]).startsWith(WEBHOOK_PATCH))
        edits.push(hidden(buffer, from, to, this.#replacement, 'secret', format(path)))
    }
    walkJson(buffer, start, { scalar }, ['annotations'])
  }

  /** All strings but the URI, in all of the event: a secret may be in an annotation or in a message too. */
  #inStrings(event: AuditEvent, isClose: boolean, format: Format, edits: Edit[]): void {
    const { buffer } = event
    const finders = this.#paths.map(({ text, path }) => ({ text, finder: new PathFinder(path) }))
    walkJson(buffer, event.start, {
      enter: path => {
        for (const { finder } of finders) finder.enter(path.at(-1))
      },
      leave: () => {
        for (const { finder } of finders) finder.leave()
      },
      scalar: (path, start, end) => {
        const chosen = finders.find(({ finder }) => finder.isWithin(path.at(-1) ?? ''))
        if (chosen !== undefined && buffer[start] !== 0x6e)
          edits.push(hidden(buffer, start, end, this.#replacement, chosen.text, format(path)))
        else if (isClose && buffer[start] === QUOTE && !isTakenCareOf(path))
          edits.push(...this.#inString(buffer, start, end, format(path)))
      },
    })
  }

  #inString(buffer: Buffer, start: number, end: number, where: string): Edit[] {
    const decoded = decodeString(buffer, start, end)
    const nested = withoutSecretObjects(decoded.text, this.#replacement)
    if (nested !== undefined)
      return [
        {
          start,
          end,
          text: JSON.stringify(replaceSecrets(nested, this.#rules, this.#replacement)),
          rule: 'secret in a text',
          where,
        },
      ]
    return findSecrets(decoded.text, this.#rules).map(({ from, to, rule, secret }) => ({
      start: decoded.at(from),
      end: decoded.at(to),
      text: this.#replacement(secret),
      rule,
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
