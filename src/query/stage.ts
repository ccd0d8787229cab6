import type { AuditEvent } from '../audit/event.ts'
import { FIELD } from '../audit/fields.ts'

const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']

/** Which of its request's events it is: a higher one tells more. */
export const stageOrder = (event: AuditEvent) => STAGES.indexOf(event.stage ?? '')

/** Whether the event is the last that its request leaves. */
export function isFinal(event: AuditEvent): boolean {
  return event.textIs(FIELD.stage, 'ResponseComplete') || event.textIs(FIELD.stage, 'Panic')
}

/** Whether it is the event that a request leaves before anything is known of its answer. */
export const isFirst = (event: AuditEvent) => event.textIs(FIELD.stage, 'RequestReceived')
