import type { AuditEvent } from '../audit/event.ts'
import { latencyMicroseconds } from '../audit/event-time.ts'
import { FIELD } from '../audit/fields.ts'
import type { Row } from './row.ts'
import { isFinal } from './stage.ts'

/** What an event tells about its request. */
export function requestRow(event: AuditEvent): Row {
  const latency = isFinal(event) ? latencyMicroseconds(event) : undefined
  const received = event.text(FIELD.requestReceivedTimestamp)
  return {
    time: received ?? event.text(FIELD.stageTimestamp) ?? event.text(FIELD.timestamp),
    user: event.username,
    as: event.text(FIELD.impersonatedUsername),
    groups: event.strings(FIELD.userGroups),
    source_ips: event.strings(FIELD.sourceIPs),
    user_agent: event.text(FIELD.userAgent),
    verb: event.verb,
    resource: event.text(FIELD.objectResource),
    subresource: event.text(FIELD.objectSubresource),
    api_group: event.text(FIELD.objectApiGroup),
    namespace: event.text(FIELD.objectNamespace),
    name: event.text(FIELD.objectName),
    request_uri: event.requestURI,
    code: event.responseCode,
    reason: event.text(FIELD.responseReason),
    decision: event.text(FIELD.decision),
    latency_ms: latency === undefined ? undefined : latency / 1000,
    stage: event.stage,
    audit_id: event.auditID,
  }
}

/** The same for all events of a request. The audit ID alone will not do: clients choose it. */
export function requestKey(event: AuditEvent): string {
  const received = event.text(FIELD.requestReceivedTimestamp) ?? ''
  return `${event.auditID}\n${received}\n${event.username ?? ''}\n${event.requestURI ?? ''}`
}
