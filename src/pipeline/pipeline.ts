import type { AuditEvent } from '../audit/event.ts'
import type { BackoffLimits } from './backoff.ts'
import { type AuditBatch, batchOf, type MalformedLine } from './batch.ts'
import type { Consumer, Processor } from './contracts.ts'
import type { Counters } from './counters.ts'
import { type DeadLetter, eventLetter, refusedLetter } from './dead-letter.ts'
import type { DeadLetters } from './dead-letters.ts'
import { type Destination, deliver } from './deliver.ts'
import { addCounts } from './dropped.ts'
import { describe } from './health.ts'

/** What a pipeline is made of. */
export interface PipelineParts {
  readonly processors: readonly Processor[]
  readonly destinations: readonly Destination[]
  readonly deadLetters: DeadLetters
  readonly counters: Counters
  readonly backoff: BackoffLimits
}

/** Processors, then every exporter at once, then the dead-letter file. The consumer of a pipeline's receivers. */
export function pipelineConsumer(parts: PipelineParts, signal: AbortSignal): Consumer {
  const { destinations, deadLetters, counters, backoff } = parts
  return async batch => {
    counters.batchEvents.record(batch.events.length + batch.malformed.length)
    counters.batchBytes.record(bytesOf(batch))
    const { kept, failed, dropped } = process(batch, parts.processors)
    const refusals = destinations.map(async destination => {
      const rejected = await deliver(kept, destination, counters, backoff, signal)
      await deadLetters.write(
        rejected.map(rejection => refusedLetter(rejection, destination.id)),
        signal,
      )
      return rejected
    })
    const [lists] = await Promise.all([
      Promise.all(refusals),
      deadLetters.write(
        [...batch.malformed.map(line => malformed(line, parts.processors)), ...failed],
        signal,
      ),
    ])
    const rejected = new Set(lists.flat().map(rejection => rejection.event))
    const dead = rejected.size + failed.length
    counters.deadLettered += dead + batch.malformed.length
    counters.delivered += kept.events.length - rejected.size
    counters.filtered += batch.events.length - kept.events.length - failed.length
    addCounts(counters.filteredBy, dropped.by)
    const rejectedBytes = sum([...rejected], event => event.length)
    counters.bytesDelivered += kept.bytes - rejectedBytes
    counters.bytesFiltered += dropped.bytes
    counters.bytesDeadLettered +=
      rejectedBytes + sum(failed, ({ length, raw }) => length ?? raw.length) + malformedBytes(batch)
  }
}

const sum = <T>(items: readonly T[], of: (item: T) => number) =>
  items.reduce((all, item) => all + of(item), 0)
const malformedBytes = (batch: AuditBatch) => sum(batch.malformed, ({ length }) => length)
const bytesOf = (batch: AuditBatch) => batch.bytes + malformedBytes(batch)

/** What the processors made of a batch. */
export interface Processed {
  readonly kept: AuditBatch
  readonly failed: DeadLetter[]
  readonly dropped: Dropped
}

/** What processors dropped on purpose. */
interface Dropped {
  /** How many events, by the rule that did. */
  readonly by: Map<string, number>
  bytes: number
}

/** Runs one processor after the other. What one fails on becomes a letter. */
export function process(batch: AuditBatch, processors: readonly Processor[]): Processed {
  const dropped: Dropped = { by: new Map(), bytes: 0 }
  const failed: DeadLetter[] = []
  let kept = batch
  for (const processor of processors) {
    kept = through(processor, kept, dropped, (event, error) => {
      // Not what the error says: it may quote the event.
      // What V8 says of bad JSON quotes it.
      const reason = `a processor failed: ${error instanceof SyntaxError ? error.name : describe(error)}`
      failed.push(withheld(eventLetter(event, reason), processors))
    })
  }
  return { kept, failed, dropped }
}

/** Runs a processor. When it throws, the batch is halved until the guilty event is alone: that one goes no further. */
function through(
  processor: Processor,
  batch: AuditBatch,
  dropped: Dropped,
  fail: (event: AuditEvent, error: unknown) => void,
): AuditBatch {
  const { events } = batch
  if (events.length === 0) return batch
  try {
    const kept = processor.process(batch)
    if (kept.dropped !== undefined && kept.dropped !== batch.dropped) addCounts(dropped.by, kept.dropped)
    // Redaction changes lengths too, but drops nothing.
    if (kept.events.length < events.length) dropped.bytes += Math.max(0, batch.bytes - kept.bytes)
    return kept
  } catch (error) {
    const [first] = events
    if (events.length === 1 && first !== undefined) {
      fail(first, error)
      return batchOf([])
    }
    const middle = events.length >> 1
    const halves = [batchOf(events.slice(0, middle)), batchOf(events.slice(middle))]
    return batchOf(halves.flatMap(half => through(processor, half, dropped, fail).events))
  }
}

function malformed(
  { raw, length, position, reason }: MalformedLine,
  processors: readonly Processor[],
): DeadLetter {
  const { source, offset } = position
  return withheld({ reason, source, offset, raw, ...(length > raw.length && { length }) }, processors)
}

/** A letter with what processors leave of it. */
export function withheld(letter: DeadLetter, processors: readonly Processor[]): DeadLetter {
  const raw = processors.reduce((left, processor) => processor.withhold?.(left) ?? left, letter.raw)
  return raw.equals(letter.raw) ? letter : { ...letter, raw, length: letter.length ?? letter.raw.length }
}
