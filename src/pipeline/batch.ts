import type { AuditEvent } from '../audit/event.ts'

/** Where bytes were read: a file (or URL) and the byte offset of the line's first byte in its uncompressed content. */
export interface Position {
  readonly source: string
  readonly offset: number
}

/** Bytes that are no audit event (torn, garbage, another JSON, too long): never shipped as one, kept in the dead-letter file. */
export interface MalformedLine {
  /** The line, or its first 64 KiB when it is longer than the receiver takes. */
  readonly raw: Buffer
  /** Length of the whole line in bytes, without its newline. */
  readonly length: number
  readonly position: Position
  /** What is wrong, in words for an operator, without content of the line. */
  readonly reason: string
}

/** What a receiver read in one go, and what is acknowledged as one. */
export interface AuditBatch {
  readonly events: readonly AuditEvent[]
  readonly malformed: readonly MalformedLine[]
  /** Sum of the events' raw lengths in bytes. */
  readonly bytes: number
  /** Of what a processor returns: how many events it dropped, by the rule that did. */
  readonly dropped?: ReadonlyMap<string, number>
}

/** A batch of `events` without malformed lines, as bisecting, retries and processors make them. */
export function batchOf(events: readonly AuditEvent[]): AuditBatch {
  let bytes = 0
  for (const event of events) bytes += event.length
  return { events, malformed: [], bytes }
}
