import type { AuditEvent } from '../../audit/event.ts'
import type { JsonWriter } from '../../otlp/json-writer.ts'

/** How an audit event becomes a document. */
export interface DocumentLayout {
  /**
   * Writes the document of `event`, whose bytes are valid UTF-8, as one line without newline. With `asText` the event itself
   * is a string in it: OpenSearch refused it as JSON.
   */
  write(w: JsonWriter, event: AuditEvent, asText: boolean): void
}
