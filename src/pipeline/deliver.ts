import { type BackoffLimits, backoffMs, wait } from './backoff.ts'
import { type AuditBatch, batchOf } from './batch.ts'
import type { Exporter, Rejection } from './contracts.ts'
import type { Counters } from './counters.ts'
import { PermanentError, RetryableError } from './errors.ts'
import type { ExporterHealth } from './health.ts'

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
  const rejected: Rejection[] = []
  const parts = batch.events.length === 0 ? [] : [batchOf(batch.events)]
  let failures = 0
  try {
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      signal.throwIfAborted()
      const outcome = await attempt(part, destination.exporter, signal)
      for (const rejection of outcome.rejected) rejected.push(rejection)
      for (const left of outcome.left.toReversed()) parts.push(left)
      if (outcome.failure === undefined) {
        failures = 0
        continue
      }
      counters.retries++
      health.failed(batch, outcome.failure)
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
  readonly rejected: readonly Rejection[]
  /** What is still to be sent, in order. */
  readonly left: readonly AuditBatch[]
  /** Why to wait before the next attempt; undefined when there is no need to. */
  readonly failure?: Error
}

async function attempt(part: AuditBatch, exporter: Exporter, signal: AbortSignal): Promise<Outcome> {
  try {
    const { deferred, why, rejected } = await exporter.export(part, signal)
    if (deferred.length === 0) return { rejected, left: [] }
    const busy = `the backend put off ${deferred.length} of ${part.events.length} events`
    return { rejected, left: [batchOf(deferred)], failure: why ?? new RetryableError(busy) }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof PermanentError) return refused(part, error)
    const failure = error instanceof Error ? error : new Error(String(error))
    return { rejected: [], left: [part], failure }
  }
}

/** A batch refused for its content: halve it, or give up on a single event. */
function refused(part: AuditBatch, error: PermanentError): Outcome {
  const { events } = part
  const middle = events.length >> 1
  if (middle === 0) {
    return { rejected: events.map(event => ({ event, reason: error.message })), left: [] }
  }
  const halves = [batchOf(events.slice(0, middle)), batchOf(events.slice(middle))]
  return { rejected: [], left: halves }
}
