import { type BackoffLimits, backoffMs, wait } from './backoff.ts'
import { type AuditBatch, batchOf } from './batch.ts'
import type { Exporter, Rejection } from './contracts.ts'
import { type AttemptOutcome, type Counters, type ExporterCounters, exporterCounters } from './counters.ts'
import { PermanentError, RetryableError } from './errors.ts'
import type { ExporterHealth } from './health.ts'
import { reasonOf } from './own-words.ts'

/** One exporter as a pipeline sees it. */
export interface Destination {
  /** The exporter's id in the configuration. */
  readonly id: string
  readonly exporter: Exporter
  readonly health: ExporterHealth
}

/**
 * Makes attempts until the exporter has every event of the batch or has refused it for good, and returns what it refused.
 * Retries without limit; a batch refused as a whole is halved until the guilty events are alone.
 * @throws the signal's reason once it aborts; the batch is then undelivered
 */
export async function deliver(
  batch: AuditBatch,
  destination: Destination,
  counters: Counters,
  backoff: BackoffLimits,
  signal: AbortSignal,
): Promise<Rejection[]> {
  const { health } = destination
  const counts = exporterCounters(counters, destination.id)
  const rejected: Rejection[] = []
  const parts = batch.events.length === 0 ? [] : [batchOf(batch.events)]
  let failures = 0
  try {
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      signal.throwIfAborted()
      const begin = performance.now()
      const outcome = await attempt(part, destination.exporter, signal)
      count(counts, part, outcome, (performance.now() - begin) / 1000)
      for (const rejection of outcome.rejected) rejected.push(rejection)
      for (const left of outcome.left.toReversed()) parts.push(left)
      if (outcome.failure === undefined) {
        failures = 0
        continue
      }
      counters.retries++
      counts.retries++
      health.failed(batch, outcome.failure, reasonOf(outcome.failure, part.events, health.failure?.reason))
      const retryAfterMs =
        outcome.failure instanceof RetryableError ? outcome.failure.retryAfterMs : undefined
      const early = retryAfterMs === undefined ? health.recovery : undefined
      await wait(backoffMs(failures++, backoff, retryAfterMs), signal, early)
    }
    health.delivered(batch)
    return rejected
  } finally {
    health.abandoned(batch)
  }
}

interface Outcome {
  readonly kind: AttemptOutcome
  readonly rejected: readonly Rejection[]
  /** What is still to be sent, in order. */
  readonly left: readonly AuditBatch[]
  /** Why to wait before the next attempt; undefined when there is no need to. */
  readonly failure?: Error
}

async function attempt(part: AuditBatch, exporter: Exporter, signal: AbortSignal): Promise<Outcome> {
  try {
    const { deferred, why, rejected } = await exporter.export(part, signal)
    if (deferred.length === 0)
      return { kind: rejected.length === 0 ? 'delivered' : 'rejected', rejected, left: [] }
    const busy = `the backend put off ${deferred.length} of ${part.events.length} events`
    const failure = why ?? new RetryableError(busy)
    return { kind: 'deferred', rejected, left: [batchOf(deferred)], failure }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof PermanentError) return refused(part, error)
    const failure = error instanceof Error ? error : new Error(String(error))
    return { kind: 'failed', rejected: [], left: [part], failure }
  }
}

/** A batch refused for its content: halve it, or give up on a single event. */
function refused(part: AuditBatch, error: PermanentError): Outcome {
  const { events } = part
  const middle = events.length >> 1
  if (middle === 0) {
    const { message: reason, summary } = error
    const rejected = events.map(event => ({ event, reason, summary }))
    return { kind: 'rejected', rejected, left: [] }
  }
  const halves = [batchOf(events.slice(0, middle)), batchOf(events.slice(middle))]
  return { kind: 'rejected', rejected: [], left: halves }
}

/** Counts an attempt; what is neither left nor rejected was delivered. */
function count(
  counts: ExporterCounters,
  part: AuditBatch,
  { kind, rejected, left }: Outcome,
  seconds: number,
): void {
  const refusedBytes = rejected.reduce((sum, { event }) => sum + event.length, 0)
  const gone = left.reduce((sum, batch) => sum - batch.events.length, part.events.length)
  const goneBytes = left.reduce((sum, batch) => sum - batch.bytes, part.bytes)
  counts.delivered += gone - rejected.length
  counts.bytesDelivered += goneBytes - refusedBytes
  counts.rejected += rejected.length
  counts.bytesRejected += refusedBytes
  counts.attempts[kind].record(seconds)
}
