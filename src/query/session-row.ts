import type { ChangeEvent } from '../audit/change-event.ts'
import type { Row } from './row.ts'

/** What is known of a request for interactive access. */
export function sessionRow(session: ChangeEvent): Row {
  const { actor, exec_metadata: exec } = session
  return {
    started: session.timestamp,
    user: actor.username,
    as: actor.impersonated?.username,
    source_ip: actor.source_ip,
    operation: session.operation,
    kind: session.resource_kind,
    namespace: session.namespace === '' ? undefined : session.namespace,
    name: session.name,
    container: exec.container,
    node: exec.node_name,
    command: exec.command,
    image: exec.image,
    stdin: exec.stdin,
    tty: exec.tty,
    allowed: session.allowed,
    code: session.response_code,
    ended: session.ended_at,
    duration_ms: session.duration_ms,
    tool: session.source.tool,
    stage: session.stage,
    audit_id: session.audit_id,
  }
}
