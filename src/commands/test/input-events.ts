import { createReadStream } from 'node:fs'
import type { AuditEvent } from '../../audit/event.ts'
import { EventScanner, parseEvent } from '../../audit/scan.ts'
import { byteLines } from '../../pipeline/byte-lines.ts'

/** A line of a file of events: an event, or the reason why it is none. */
export interface InputLine {
  /** From 1. */
  readonly line: number
  readonly event: AuditEvent | string
}

/** The lines of a file, `-` for standard input. Empty lines are passed over. @throws Error of the file system */
export async function* inputLines(file: string): AsyncGenerator<InputLine> {
  const scanner = new EventScanner()
  let line = 0
  for await (const text of byteLines(file === '-' ? process.stdin : createReadStream(file))) {
    line++
    if (text.length > 0) yield { line, event: scanner.scan(text, 0, text.length) }
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
