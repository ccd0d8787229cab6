import { isUtf8 } from 'node:buffer'
import type { AuditEvent } from '../audit/event.ts'
import { parseEvent } from '../audit/scan.ts'
import type { DeadLetter } from './dead-letter.ts'

/** A dead letter as one line of the file. `event` holds the raw text, or `eventBase64` its bytes when they are not UTF-8. */
export interface DeadLetterRecord {
  readonly time: string
  readonly pipeline: string
  readonly exporter?: string
  readonly reason: string
  readonly source: string
  readonly offset: number
  readonly length?: number
  readonly identity?: string
  readonly requestId?: string
  readonly sampleRate?: number
  readonly event?: string
  readonly eventBase64?: string
}

/** A letter of the file. */
export interface Letter {
  readonly dead: DeadLetter
  /** Undefined when the letter's bytes are no audit event. */
  readonly event: AuditEvent | undefined
}

/** A letter as a line of the file, with its newline. */
export function lineOf(letter: DeadLetter, pipeline: string): string {
  const { raw, exporter, length, identity, requestId, sampleRate, reason, source, offset } = letter
  const record: DeadLetterRecord = {
    time: new Date().toISOString(),
    pipeline,
    ...(exporter !== undefined && { exporter }),
    reason,
    source,
    offset,
    ...(length !== undefined && { length }),
    ...(identity !== undefined && { identity }),
    ...(requestId !== undefined && { requestId }),
    ...(sampleRate !== undefined && { sampleRate }),
    ...(isUtf8(raw) ? { event: raw.toString() } : { eventBase64: raw.toString('base64') }),
  }
  return `${JSON.stringify(record)}\n`
}

/** A line of the file `file`, without its newline; of a torn one a letter that says so. */
export function readLetter(line: Buffer, file: string): Letter {
  const record = recordOf(line)
  if (record === undefined) {
    const reason = 'a torn line of the dead-letter file'
    return { dead: { reason, source: file, offset: -1, raw: line }, event: undefined }
  }
  const { exporter, reason, source, offset, length, identity, requestId, sampleRate } = record
  const raw = Buffer.from(
    record.event ?? record.eventBase64 ?? '',
    record.event === undefined ? 'base64' : 'utf8',
  )
  const dead = {
    ...(exporter !== undefined && { exporter }),
    ...(length !== undefined && { length }),
    ...(identity !== undefined && { identity }),
    ...(requestId !== undefined && { requestId }),
    ...(sampleRate !== undefined && { sampleRate }),
    reason,
    source,
    offset,
    raw,
  }
  return { dead, event: length === undefined ? eventOf(dead) : undefined }
}

function recordOf(line: Buffer): DeadLetterRecord | undefined {
  try {
    return JSON.parse(line.toString()) as DeadLetterRecord
  } catch {
    return undefined
  }
}

function eventOf({
  raw,
  source,
  offset,
  identity,
  requestId,
  sampleRate,
}: DeadLetter): AuditEvent | undefined {
  try {
    const event = parseEvent(raw)
    event.source = source
    event.position = offset
    event.knownIdentity = identity
    event.knownRequestId = requestId
    event.sampleRate = sampleRate
    return event
  } catch {
    return undefined
  }
}
