import type { AuditEvent } from '../../audit/event.ts'
import { constantOf, JsonWriter } from '../../otlp/json-writer.ts'
import { withValidUtf8 } from '../../otlp/valid-utf8.ts'
import { changeEventUpdate } from './change-event-update.ts'
import type { DocumentLayout } from './document-layout.ts'

/** What a document needs beyond 1.1 times its line. A first guess, the buffer grows. */
const OVERHEAD_PER_EVENT = 1400

const NEWLINE = 0x0a
const CREATE = constantOf('{"create":{"_id":"')
const CREATE_END = constantOf('"}}\n')

/** Where documents go and what they say. */
export interface BulkShape {
  readonly layout: DocumentLayout
  /** Name of the cluster, part of each `_id`. */
  readonly cluster: string
  /** Index of change events; undefined for none. */
  readonly changeEvents: string | undefined
}

/** A bulk request. */
export interface Bulk {
  /** The body, NDJSON. */
  readonly body: Buffer
  /** Of each item, in the order in which OpenSearch answers them: the event it came from. */
  readonly owners: readonly AuditEvent[]
}

/** Encodes events as a bulk of `create`s, and of an `update` for each interactive access. */
export class BulkEncoder {
  readonly #shape: BulkShape

  constructor(shape: BulkShape) {
    this.#shape = shape
  }

  /** Bytes that the bulk of these events is likely to take. */
  expectedSize(events: readonly AuditEvent[]): number {
    let bytes = 0
    for (const event of events) bytes += event.length
    return Math.ceil(bytes * 1.1) + OVERHEAD_PER_EVENT * events.length + 1024
  }

  /** The bulk, in `target` if that is large enough. The events' buffers are not needed afterwards. */
  encode(events: readonly AuditEvent[], target: Buffer, asText = false): Bulk {
    const { layout, cluster, changeEvents } = this.#shape
    const w = new JsonWriter(target)
    const owners: AuditEvent[] = []
    const valid = withValidUtf8(events)
    for (let i = 0; i < events.length; i++) {
      const event = events[i] as AuditEvent
      const readable = valid[i] as AuditEvent
      w.constant(CREATE)
      w.ascii(event.identity(cluster))
      w.constant(CREATE_END)
      layout.write(w, readable, asText)
      w.byte(NEWLINE)
      owners.push(event)
      const update = changeEvents && changeEventUpdate(readable, cluster, changeEvents)
      if (!update) continue
      w.text(update)
      owners.push(event)
    }
    return { body: w.bytes, owners }
  }
}
