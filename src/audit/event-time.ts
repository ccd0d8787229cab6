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
  const stage = eventTime(event)
  if (stage === undefined) return undefined
  const quick = withinSecond(event)
  if (quick !== undefined) return quick
  const received = fieldTime(event, FIELD.requestReceivedTimestamp)
  return received === undefined ? undefined : Number((stage - received) / 1000n)
}

/** `"2026-05-04T10:00:00.` */
const TO_FRACTION = 21
const LENGTH = TO_FRACTION + 8

/** The same of an event with a time, both of whose timestamps are as Go writes them and in one second, as most are. */
function withinSecond(event: AuditEvent): number | undefined {
  const { buffer } = event
  const from = event.startOf(FIELD.requestReceivedTimestamp)
  const to = event.startOf(FIELD.stageTimestamp)
  if (from < 0 || to < 0 || event.startOf(FIELD.timestamp) >= 0) return undefined
  if (event.endOf(FIELD.requestReceivedTimestamp) - from !== LENGTH) return undefined
  if (event.endOf(FIELD.stageTimestamp) - to !== LENGTH) return undefined
  for (let i = 0; i < TO_FRACTION; i++) if (buffer[from + i] !== buffer[to + i]) return undefined
  if (buffer[from + LENGTH - 2] !== UPPER_Z || buffer[to + LENGTH - 2] !== UPPER_Z) return undefined
  const latency = microseconds(buffer, to + TO_FRACTION) - microseconds(buffer, from + TO_FRACTION)
  return Number.isNaN(latency) ? undefined : latency
}

const UPPER_Z = 0x5a

/** The number that six digits are; NaN when they are none. */
function microseconds(b: Buffer, i: number): number {
  let number = 0
  for (const end = i + 6; i < end; i++) {
    const digit = b[i]! - 0x30
    if (digit < 0 || digit > 9) return Number.NaN
    number = number * 10 + digit
  }
  return number
}
