import type { AuditEvent } from '../audit/event.ts'
import { eventTime, fieldTime } from '../audit/event-time.ts'
import { FIELD } from '../audit/fields.ts'

/** When the request of an event was received, in nanoseconds since 1970: the same in all its stages; of old events the only time they have. */
export function receivedAt(event: AuditEvent): bigint | undefined {
  return fieldTime(event, FIELD.requestReceivedTimestamp) ?? eventTime(event)
}
