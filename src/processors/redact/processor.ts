import { requestId } from '../../audit/change-event.ts'
import type { AuditEvent } from '../../audit/event.ts'
import { interactiveAccess } from '../../audit/interactive-access.ts'
import { EventScanner } from '../../audit/scan.ts'
import type { AuditBatch } from '../../pipeline/batch.ts'
import { clusterName } from '../../pipeline/cluster-name.ts'
import type { ComponentContext, Processor, Trial } from '../../pipeline/contracts.ts'
import { type Edit, growthBy, writeEdited } from './edits.ts'
import { formatFieldPath } from './field-path.ts'
import type { RedactOptions } from './options.ts'
import { Redactor } from './redactor.ts'
import { hmacReplacement, REDACTED } from './replacement.ts'
import { suspicious } from './suspects.ts'
import { TEXT_RULES, type TextRule } from './text-rules.ts'
import { withhold } from './withhold.ts'

/** Puts something else in the place of what is secret. Whatever else an event holds stays as it is, byte for byte. */
export class RedactProcessor implements Processor {
  readonly #redactor: Redactor
  readonly #cluster: string
  readonly #scanner = new EventScanner()
  readonly #rules: readonly TextRule[]

  constructor(options: RedactOptions, context: Pick<ComponentContext, 'resource'>) {
    const { key, paths, patterns } = options
    const replacement = options.mode === 'hash' && key !== undefined ? hmacReplacement(key) : REDACTED
    this.#rules = [...TEXT_RULES, ...patterns.map(({ text, expression }) => ({ name: text, expression }))]
    this.#redactor = new Redactor(replacement, paths, this.#rules, patterns.length > 0)
    this.#cluster = clusterName(context.resource)
  }

  process(batch: AuditBatch): AuditBatch {
    const suspects = suspicious(batch.events)
    const changes: [index: number, edits: readonly Edit[]][] = []
    let growth = 0
    let length = 0
    for (let index = 0; index < batch.events.length; index++) {
      const event = batch.events[index] as AuditEvent
      const edits = this.#redactor.edits(event, suspects[index] ?? 0)
      if (edits.length === 0) continue
      changes.push([index, edits])
      growth += growthBy(edits)
      length += event.length
    }
    if (changes.length === 0) return batch
    const events = [...batch.events]
    // One for all: what each buffer costs beside its bytes is more than most lines have.
    const lines = Buffer.allocUnsafeSlow(length + growth)
    let at = 0
    for (const [index, edits] of changes) {
      const redacted = this.#apply(events[index] as AuditEvent, edits, lines, at)
      events[index] = redacted
      at = redacted.end
    }
    return { ...batch, events, bytes: batch.bytes + growth }
  }

  withhold(raw: Buffer): Buffer {
    return withhold(raw, this.#rules)
  }

  try(event: AuditEvent): Trial {
    const edits = this.#redactor.edits(event, suspicious([event])[0] ?? 0, formatFieldPath)
    const notes = edits.map(({ where, rule }) => `redacted ${where} (${rule})`)
    if (edits.length === 0) return { event, notes }
    const line = Buffer.allocUnsafeSlow(event.length + growthBy(edits))
    return { event: this.#apply(event, edits, line, 0), notes }
  }

  /** The event after edits, as it is written to `at` of `lines`. */
  #apply(event: AuditEvent, edits: readonly Edit[], lines: Buffer, at: number): AuditEvent {
    const end = writeEdited(lines, at, event.buffer, event.start, event.end, edits)
    const redacted = this.#scanner.scan(lines, at, end)
    if (typeof redacted === 'string') throw new Error(`after redaction the event is ${redacted}`)
    redacted.readAt = event.readAt
    redacted.position = event.position
    redacted.source = event.source
    redacted.sampleRate = event.sampleRate
    // Of the original, so that a repeat has the same, whatever is redacted by then.
    redacted.knownIdentity = event.identity(this.#cluster)
    // Only access makes change events, which have it.
    redacted.knownRequestId =
      event.knownRequestId ?? (interactiveAccess(event) && requestId(event, this.#cluster))
    return redacted
  }
}
