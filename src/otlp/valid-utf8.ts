import { isUtf8 } from 'node:buffer'
import type { AuditEvent } from '../audit/event.ts'
import { parseEvent } from '../audit/scan.ts'

/**
 * The events with every byte sequence that is not UTF-8 replaced by U+FFFD, as protobuf and JSON demand of strings.
 * kube-apiserver writes valid UTF-8, so the usual case is one fast check of the bytes a batch was read from.
 */
export function withValidUtf8(events: readonly AuditEvent[]): readonly AuditEvent[] {
  const first = events[0]
  const last = events.at(-1)
  if (first === undefined || last === undefined) return events
  const inOneBuffer = first.start <= last.start && events.every(event => event.buffer === first.buffer)
  if (inOneBuffer && isUtf8(first.buffer.subarray(first.start, last.end))) return events
  return events.map(event => (isUtf8(event.raw) ? event : repaired(event)))
}

function repaired(event: AuditEvent): AuditEvent {
  const copy = parseEvent(event.raw.toString('utf8'))
  copy.readAt = event.readAt
  copy.sampleRate = event.sampleRate
  return copy
}
