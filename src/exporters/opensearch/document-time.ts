import type { AuditEvent } from '../../audit/event.ts'
import { eventTime, fieldTime } from '../../audit/event-time.ts'
import { FIELD } from '../../audit/fields.ts'
import type { JsonWriter } from '../../otlp/json-writer.ts'

/** Nanoseconds of a millisecond. */
export const NANOS_PER_MS = 1_000_000n
/** `date_nanos` ends on 2262-04-11: it is a signed 64-bit number. */
const LATEST = 2n ** 63n
/** The `Z` of UTC at the end of a time. */
export const UPPER_Z = 0x5a

/** When the event happened, in nanoseconds since 1970, as far as `date_nanos` can say it: else when it was read. */
function documentTime(event: AuditEvent): bigint {
  const time = eventTime(event)
  return time !== undefined && time < LATEST ? time : BigInt(event.readAt) * NANOS_PER_MS
}

/** Writes that time in ISO 8601, every digit of it: as it stands in the event when it can. `isUsual` says that it can, if known. */
export function writeDocumentTime(w: JsonWriter, event: AuditEvent, isUsual = false): void {
  if (isUsual || isWrittenInUtc(event)) {
    const field = FIELD.stageTimestamp
    w.copy(event.buffer, event.startOf(field) + 1, event.endOf(field) - 1)
    return
  }
  const nanos = documentTime(event)
  const fraction = String(nanos % NANOS_PER_MS).padStart(6, '0')
  w.ascii(new Date(Number(nanos / NANOS_PER_MS)).toISOString().replace('Z', `${fraction}Z`))
}

/** Whether the document's time stands in `stageTimestamp` as OpenSearch reads it. */
function isWrittenInUtc(event: AuditEvent): boolean {
  const time = eventTime(event)
  const field = FIELD.stageTimestamp
  if (time === undefined || time >= LATEST || !event.isText(field)) return false
  if (event.buffer[event.endOf(field) - 2] !== UPPER_Z) return false
  // Logs of old API servers have `timestamp`, which the time may come from.
  return event.startOf(FIELD.timestamp) < 0 || fieldTime(event, field) === time
}
