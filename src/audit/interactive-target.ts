import type { AuditEvent } from './event.ts'
import { FIELD } from './fields.ts'
import { BACKSLASH } from './json.ts'
import { type RequestTarget, requestTarget } from './request-path.ts'

/** The resources of the core API group on which each subresource opens interactive access. */
const RESOURCES: ReadonlyMap<string, readonly string[]> = new Map([
  ['exec', ['pods']],
  ['attach', ['pods']],
  ['portforward', ['pods']],
  ['proxy', ['pods', 'services', 'nodes']],
  ['ephemeralcontainers', ['pods']],
])

/** The subresources as JSON strings, at the index that is their length: all lengths differ. */
const BY_LENGTH: (Buffer | undefined)[] = []
for (const name of RESOURCES.keys()) BY_LENGTH[name.length + 2] = Buffer.from(`"${name}"`)

const API = Buffer.from('api/')

/**
 * The object of an event whose resource and subresource open interactive access. Runs on every event, so it compares
 * bytes and decodes nothing until they match. Trusts objectRef over the URI; an event that has none, or one without a
 * resource, is judged by the segments of its path.
 */
export function interactiveTarget(event: AuditEvent): RequestTarget | undefined {
  if (event.startOf(FIELD.objectResource) < 0) return targetInPath(event)
  const start = event.startOf(FIELD.objectSubresource)
  if (start < 0 || !mayBeInteractive(event, start)) return undefined
  if (event.text(FIELD.objectApiGroup)) return undefined
  return checked(event, {
    resource: event.text(FIELD.objectResource) ?? '',
    namespace: event.text(FIELD.objectNamespace),
    name: event.text(FIELD.objectName),
    subresource: event.text(FIELD.objectSubresource),
  })
}

/** Whether the subresource can be one of them: equal byte for byte, or written with escapes. */
function mayBeInteractive(event: AuditEvent, start: number): boolean {
  const length = event.endOf(FIELD.objectSubresource) - start
  const candidate = BY_LENGTH[length]
  if (candidate === undefined) return event.hasEscapes(FIELD.objectSubresource)
  let i = 0
  while (i < length && event.buffer[start + i] === candidate[i]) i++
  return i === length || event.hasEscapes(FIELD.objectSubresource)
}

function targetInPath(event: AuditEvent): RequestTarget | undefined {
  const start = event.startOf(FIELD.requestURI)
  if (start < 0 || !mayBeCoreApi(event.buffer, start + 1)) return undefined
  const target = requestTarget(event.requestURI ?? '')
  return target && checked(event, target)
}

/** Whether the path at `i` can begin with `/api/`, also with doubled slashes, percent-encoded or with JSON escapes. */
function mayBeCoreApi(b: Buffer, i: number): boolean {
  while (b[i] === 0x2f) i++
  for (const end = i + 4; i < end; i++) {
    if (b[i] === 0x25 || b[i] === BACKSLASH) return true
    if (b[i] !== API[i - end + 4]) return false
  }
  return true
}

/** Reading the list of ephemeral containers gives no access; every other verb on it is a write. */
function checked(event: AuditEvent, target: RequestTarget): RequestTarget | undefined {
  if (!RESOURCES.get(target.subresource ?? '')?.includes(target.resource)) return undefined
  const isRead = target.subresource === 'ephemeralcontainers' && /^(get|list|watch)$/.test(event.verb ?? '')
  return isRead ? undefined : target
}
