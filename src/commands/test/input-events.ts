import { createReadStream } from 'node:fs'
import type { AuditEvent } from '../../audit/event.ts'
import { EventScanner, parseEvent } from '../../audit/scan.ts'
import { byteLines } from '../../pipeline/byte-lines.ts'
import { LineSplitter } from '../../receivers/audit-log/split-lines.ts'

/** A line of a file of events: an event, or the reason why it is none. */
export interface InputLine {
  /** From 1. */
  readonly line: number
  readonly event: AuditEvent | string
}

/**
 * The lines of a file, `-` for standard input, taken as the `auditLog` receiver takes them: a line may hold an event right behind
 * another one, or behind a torn one. Empty lines are passed over. @throws Error that says `what` cannot be read
 */
export async function* inputLines(file: string, what: string): AsyncGenerator<InputLine> {
  const scanner = new EventScanner()
  let line = 0
  for await (const text of linesOf(file, what)) {
    line++
    const bytes = Buffer.concat([text, NEWLINE])
    const { malformed, events } = new LineSplitter(scanner, file, bytes, 0).split(bytes.length).batch
    for (const { reason } of malformed) yield { line, event: reason }
    for (const event of events) yield { line, event }
  }
}

const NEWLINE = Buffer.from('\n')

async function* linesOf(file: string, what: string): AsyncGenerator<Buffer> {
  try {
    yield* byteLines(file === '-' ? process.stdin : createReadStream(file))
  } catch (error) {
    throw new Error(`${what} cannot be read`, { cause: error })
  }
}

/** What an audit event has to have. */
const LEAST = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  stage: 'ResponseComplete',
}

/** Events as tests write them, in short, made whole. */
export function writtenEvents(
  input: Record<string, unknown> | readonly Record<string, unknown>[],
): AuditEvent[] {
  const list = Array.isArray(input) ? input : [input]
  return list.map((event, index) =>
    parseEvent(JSON.stringify({ ...LEAST, auditID: `test-${index + 1}`, ...event })),
  )
}
