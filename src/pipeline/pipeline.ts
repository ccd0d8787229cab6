import type { BackoffLimits } from './backoff.ts'
import { type AuditBatch, batchOf, type MalformedLine } from './batch.ts'
import type { Consumer, Processor } from './contracts.ts'
import type { Counters } from './counters.ts'
import { type DeadLetter, type DeadLetters, eventLetter, refusedLetter } from './dead-letters.ts'
import { type Destination, deliver } from './deliver.ts'
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
    const { kept, failed } = process(batch, parts.processors)
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
      deadLetters.write([...batch.malformed.map(malformed), ...failed], signal),
    ])
    const rejected = new Set(lists.flat().map(rejection => rejection.event))
    const dead = rejected.size + failed.length
    counters.deadLettered += dead + batch.malformed.length
    counters.delivered += kept.events.length - rejected.size
    counters.filtered += batch.events.length - kept.events.length - failed.length
  }
}

/** Runs the processors. When one throws, the batch is halved until the guilty event is alone: that one goes no further. */
function process(
  batch: AuditBatch,
  processors: readonly Processor[],
): { kept: AuditBatch; failed: DeadLetter[] } {
  if (processors.length === 0 || batch.events.length === 0) return { kept: batch, failed: [] }
  try {
    const kept = processors.reduce((current, processor) => processor.process(current), batch)
    return { kept, failed: [] }
  } catch (error) {
    const { events } = batch
    const middle = events.length >> 1
    if (middle === 0) {
      const reason = `a processor failed: ${describe(error)}`
      return { kept: batchOf([]), failed: events.map(event => eventLetter(event, reason)) }
    }
    const first = process(batchOf(events.slice(0, middle)), processors)
    const second = process(batchOf(events.slice(middle)), processors)
    return {
      kept: batchOf([...first.kept.events, ...second.kept.events]),
      failed: [...first.failed, ...second.failed],
    }
  }
}

const malformed = ({ raw, length, position, reason }: MalformedLine): DeadLetter => ({
  reason,
  source: position.source,
  offset: position.offset,
  raw,
  ...(length > raw.length && { length }),
})
