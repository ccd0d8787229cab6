import type { AuditEvent } from '../audit/event.ts'

/** Says whether an event meets a condition. */
export type Matcher = (event: AuditEvent) => boolean
