import type { AuditEvent } from '../../src/audit/event.ts'
import { parseEvent } from '../../src/audit/scan.ts'

/** An event with these members over the least that an audit event has; undefined ones are left out. */
export function eventOf(members: Record<string, unknown>): AuditEvent {
  const least = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: 'id-1',
    stage: 'ResponseComplete',
    requestURI: '/',
    verb: 'get',
    user: { username: 'alice', groups: ['system:authenticated'] },
  }
  return parseEvent(JSON.stringify({ ...least, ...members }))
}
