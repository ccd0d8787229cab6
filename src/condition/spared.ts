import type { AuditEvent } from '../audit/event.ts'
import { FIELD } from '../audit/fields.ts'
import { interactiveAccess } from '../audit/interactive-access.ts'
import { INFO, severity } from '../audit/severity.ts'

/** Whether the request was refused: answered 401 or 403, or forbidden by the authorizer. */
export function isRefused(event: AuditEvent): boolean {
  const code = event.integer(FIELD.responseCode)
  return code === 401 || code === 403 || event.textIs(FIELD.decision, 'forbid')
}

/** Whether the event opens interactive access or was refused: what an investigation asks for first. */
export function isAccessOrRefusal(event: AuditEvent): boolean {
  return isRefused(event) || interactiveAccess(event) !== undefined
}

/**
 * Whether the request is a read: nothing is written, nobody gets in, no Secret is seen and nobody acts as somebody else.
 * What became of it does not count, so that all stages of a request are the same.
 */
export function isRead(event: AuditEvent): boolean {
  return (
    READS.some(verb => event.textIs(FIELD.verb, verb)) &&
    !event.textIs(FIELD.objectResource, 'secrets') &&
    event.startOf(FIELD.impersonatedUser) < 0 &&
    interactiveAccess(event) === undefined
  )
}

/**
 * Whether the event is a plain read: nothing was written, nobody got in, nothing was refused or failed, no Secret was seen
 * and nobody acted as somebody else. Only such events may be left out by a list that the user has not written.
 */
export function isPlainRead(event: AuditEvent): boolean {
  return isRead(event) && severity(event) === INFO && !isRefused(event)
}

/** `head` is what a request for no resource has; for resources it is a `get`. */
const READS = ['get', 'list', 'watch', 'head']
