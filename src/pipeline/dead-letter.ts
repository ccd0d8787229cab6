import type { AuditEvent } from '../audit/event.ts'
import type { Rejection } from './contracts.ts'

/** An event or line that could not be delivered, and why. */
export interface DeadLetter {
  /** Exporter that was refused; absent when the line is no audit event or a processor failed. */
  readonly exporter?: string
  readonly reason: string
  /** What of an exporter's reason may be logged; nothing when it is left out. */
  readonly summary?: string | undefined
  /** File or URL it was read from, and the offset of its first byte there (-1: none). */
  readonly source: string
  readonly offset: number
  /** The event's bytes, or the first 64 KiB of a longer line. */
  readonly raw: Buffer
  /** Length of the whole line in bytes, when `raw` is not all of it. */
  readonly length?: number
  /** Of an event that is not as it was read, and of its request. */
  readonly identity?: string
  readonly requestId?: string
  /** Of an event that stands for others of its kind. */
  readonly sampleRate?: number
}

/** A letter with a whole event. */
export const eventLetter = (event: AuditEvent, reason: string): DeadLetter => ({
  reason,
  source: event.source,
  offset: event.position,
  raw: event.raw,
  ...(event.knownIdentity !== undefined && { identity: event.knownIdentity }),
  ...(event.knownRequestId !== undefined && { requestId: event.knownRequestId }),
  ...(event.sampleRate !== undefined && { sampleRate: event.sampleRate }),
})

/** A letter with an event that an exporter refused. */
export const refusedLetter = ({ event, reason, summary }: Rejection, exporter: string): DeadLetter => ({
  ...eventLetter(event, reason),
  exporter,
  summary,
})
