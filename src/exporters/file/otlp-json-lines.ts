import type { AuditEvent } from '../../audit/event.ts'
import { JsonEncoder } from '../../otlp/encode-json.ts'
import type { RequestShape } from '../../otlp/request-shape.ts'

/**
 * Above this many bytes the Collector's otlpjsonfile receiver cuts a line in two unless its `max_log_size` is raised.
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/receiver/filelogreceiver
 */
const MAX_LINE = 1024 * 1024
/** What a record takes beside its body: a guess, corrected by halving. */
const OVERHEAD_PER_EVENT = 2500

/** Encodes events as OTLP requests, one a line. A line is over 1 MiB only when it is a single event. */
export class OtlpJsonLinesEncoder {
  readonly #encoder: JsonEncoder

  constructor(shape: RequestShape) {
    this.#encoder = new JsonEncoder(shape)
  }

  encode(events: readonly AuditEvent[]): Buffer {
    return Buffer.concat(groupsOf(events).flatMap(group => this.#lines(group)))
  }

  #lines(events: readonly AuditEvent[]): Uint8Array[] {
    const request = this.#encoder.encode(events)
    if (request.length < MAX_LINE || events.length === 1) return [request, END]
    const middle = events.length >> 1
    return [...this.#lines(events.slice(0, middle)), ...this.#lines(events.slice(middle))]
  }
}

const END = Buffer.from('\n')

/** Runs of events that should fit in a line. */
function groupsOf(events: readonly AuditEvent[]): AuditEvent[][] {
  const groups: AuditEvent[][] = []
  let size = MAX_LINE
  for (const event of events) {
    const needed = event.length * 1.3 + OVERHEAD_PER_EVENT
    if (size + needed > MAX_LINE) {
      groups.push([])
      size = 0
    }
    groups.at(-1)?.push(event)
    size += needed
  }
  return groups
}
