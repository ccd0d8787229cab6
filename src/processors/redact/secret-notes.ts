import type { AuditEvent } from '../../audit/event.ts'
import { FIELD } from '../../audit/fields.ts'
import type { Path, Visitor } from './walk.ts'
import { walkJson } from './walk.ts'

/** 400 and 422: the request itself is at fault. */
const BAD_REQUEST = new Set([400, 422])

/** https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#mutating-webhook-auditing-annotations */
const WEBHOOK_PATCH = 'patch.webhook.admission.k8s.io/'

/** What the API server notes about a request for Secrets, outside of the Secrets themselves, that may quote them. */
export function findSecretNotes(
  event: AuditEvent,
  hide: (path: Path, start: number, end: number) => void,
): void {
  findWebhookPatches(event, hide)
  if (BAD_REQUEST.has(event.integer(FIELD.responseCode) ?? 0)) findComplaints(event, hide)
}

/** What webhooks changed in a Secret. */
function findWebhookPatches(event: AuditEvent, hide: (path: Path, start: number, end: number) => void): void {
  const start = event.startOf(FIELD.annotations)
  if (start < 0) return
  const scalar: Visitor['scalar'] = (path, from, to) => {
    if (String(path[1]).startsWith(WEBHOOK_PATCH)) hide(path, from, to)
  }
  walkJson(event.buffer, start, { scalar }, ['annotations'])
}

/** What it says of a Secret that it does not take. */
function findComplaints(event: AuditEvent, hide: (path: Path, start: number, end: number) => void): void {
  const scalar: Visitor['scalar'] = (path, from, to) => {
    if (path.at(-1) === 'message') hide(path, from, to)
  }
  for (const [name, field] of [
    ['responseStatus', FIELD.responseStatus],
    ['responseObject', FIELD.responseObject],
  ] as const) {
    const start = event.startOf(field)
    if (start >= 0) walkJson(event.buffer, start, { scalar }, [name])
  }
}
