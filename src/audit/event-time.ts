import type { AuditEvent } from './event.ts'
import { FIELD, type Field } from './fields.ts'
import { parseTimestamp, parseTimestampText } from './time.ts'

/** A timestamp field in nanoseconds since 1970; undefined when it is absent or no RFC 3339 time. */
export function fieldTime(event: AuditEvent, field: Field): bigint | undefined {
  if (!event.isText(field)) return undefined
  const time = parseTimestamp(event.buffer, event.startOf(field) + 1, event.endOf(field) - 1)
  return time ?? parseTimestampText(event.text(field) ?? '')
}

const LATEST = 2n ** 64n

/** When the event's stage was reached, in nanoseconds since 1970, from 1970 to 2554 as OTLP has it: stageTimestamp, or `timestamp` in logs of old API servers. */
export function eventTime(event: AuditEvent): bigint | undefined {
  if (event.time === undefined) {
    const time = fieldTime(event, FIELD.stageTimestamp) ?? fieldTime(event, FIELD.timestamp)
    event.time = time !== undefined && time >= 0n && time < LATEST ? time : null
  }
  return event.time ?? undefined
}

/** Microseconds from requestReceivedTimestamp to the event's time; undefined when either is missing. Negative when a clock jumped. */
export function latencyMicroseconds(event: AuditEvent): number | undefined {
  const received = fieldTime(event, FIELD.requestReceivedTimestamp)
  const stage = eventTime(event)
  return received === undefined || stage === undefined ? undefined : Number((stage - received) / 1000n)
}
