import type { AuditEvent } from '../../src/audit/event.ts'
import { FIELD, type Field } from '../../src/audit/fields.ts'

type Json = Record<string, unknown>

/** Where each field is in the parsed event. */
const PATHS: readonly (readonly [field: Field, ...path: string[]])[] = [
  ...(
    [
      'kind',
      'apiVersion',
      'level',
      'auditID',
      'stage',
      'requestURI',
      'verb',
      'user',
      'impersonatedUser',
      'sourceIPs',
      'userAgent',
      'objectRef',
      'responseStatus',
      'requestObject',
      'responseObject',
      'requestReceivedTimestamp',
      'stageTimestamp',
      'annotations',
      'timestamp',
    ] as const
  ).map(name => [FIELD[name], name] as const),
  [FIELD.userUsername, 'user', 'username'],
  [FIELD.userUid, 'user', 'uid'],
  [FIELD.userGroups, 'user', 'groups'],
  [FIELD.userExtra, 'user', 'extra'],
  [FIELD.impersonatedUsername, 'impersonatedUser', 'username'],
  [FIELD.impersonatedUid, 'impersonatedUser', 'uid'],
  [FIELD.impersonatedGroups, 'impersonatedUser', 'groups'],
  [FIELD.impersonatedExtra, 'impersonatedUser', 'extra'],
  [FIELD.objectResource, 'objectRef', 'resource'],
  [FIELD.objectNamespace, 'objectRef', 'namespace'],
  [FIELD.objectName, 'objectRef', 'name'],
  [FIELD.objectUid, 'objectRef', 'uid'],
  [FIELD.objectApiGroup, 'objectRef', 'apiGroup'],
  [FIELD.objectApiVersion, 'objectRef', 'apiVersion'],
  [FIELD.objectResourceVersion, 'objectRef', 'resourceVersion'],
  [FIELD.objectSubresource, 'objectRef', 'subresource'],
  [FIELD.responseStatusStatus, 'responseStatus', 'status'],
  [FIELD.responseMessage, 'responseStatus', 'message'],
  [FIELD.responseReason, 'responseStatus', 'reason'],
  [FIELD.responseCode, 'responseStatus', 'code'],
  [FIELD.decision, 'annotations', 'authorization.k8s.io/decision'],
  [FIELD.decisionReason, 'annotations', 'authorization.k8s.io/reason'],
]

/** How the scanner's answer differs from what `JSON.parse` says about the same bytes; undefined when they agree. */
export function disagreement(line: Buffer, scanned: AuditEvent | string): string | undefined {
  const expected = parsedAuditEvent(line)
  if (typeof scanned === 'string')
    return expected && `refused as ${scanned}, but JSON.parse sees an audit event`
  if (expected === undefined) return 'accepted, but JSON.parse sees no audit event'
  for (const [field, ...path] of PATHS) {
    const difference = fieldDifference(scanned, field, path, at(expected, path))
    if (difference !== undefined) return difference
  }
  return undefined
}

function parsedAuditEvent(line: Buffer): Json | undefined {
  let value: unknown
  try {
    value = JSON.parse(line.toString('utf8'))
  } catch {
    return undefined
  }
  if (!isObject(value)) return undefined
  const own = (key: string) => (Object.hasOwn(value, key) ? value[key] : undefined)
  const named = [own('level'), own('auditID'), own('stage')].every(text => typeof text === 'string')
  const kind = own('kind') === undefined || own('kind') === 'Event'
  const version = own('apiVersion')
  const group = version === undefined || (typeof version === 'string' && version.startsWith('audit.k8s.io/'))
  return named && kind && group ? value : undefined
}

function fieldDifference(
  event: AuditEvent,
  field: Field,
  path: readonly string[],
  expected: unknown,
): string | undefined {
  const name = path.join('.')
  if (expected === undefined)
    return event.startOf(field) < 0 ? undefined : `${name}: found one, expected none`
  if (event.startOf(field) < 0) return `${name}: found none, expected one`
  const text = typeof expected === 'string' ? expected : undefined
  if (event.text(field) !== text) return `${name}: text differs`
  if (event.textIs(field, 'forbid') !== (text === 'forbid')) return `${name}: textIs differs`
  if (event.integer(field) !== (Number.isSafeInteger(expected) ? expected : undefined))
    return `${name}: integer differs`
  const strings = Array.isArray(expected)
    ? expected.filter(element => typeof element === 'string')
    : undefined
  if (!same(event.strings(field), strings)) return `${name}: strings differ`
  return text !== undefined || same(event.value(field), expected) ? undefined : `${name}: value differs`
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function at(value: Json, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (parent, key) => (isObject(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined),
    value,
  )
}
