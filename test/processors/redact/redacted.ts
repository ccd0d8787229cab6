import assert from 'node:assert/strict'
import { parseEvent } from '../../../src/audit/scan.ts'
import { batchOf } from '../../../src/pipeline/batch.ts'
import type { Processor } from '../../../src/pipeline/contracts.ts'
import { redactProcessor } from '../../../src/processors/redact/index.ts'

/** A `redact` processor with these options. */
export function redactor(options: object = {}): Processor {
  return redactProcessor.create(redactProcessor.options.parse(options), { resource: {} } as never)
}

/** The line as it leaves. */
export function redacted(line: string, using = redactor()): string {
  const [event] = using.process(batchOf([parseEvent(line)])).events
  assert.ok(event)
  return event.raw.toString()
}

/** A line with what every event has, and these members, as JSON text, behind that. */
export const lineOf = (members: string) =>
  `{"level":"RequestResponse","stage":"ResponseComplete","auditID":"1",${members}}`
