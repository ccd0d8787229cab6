import type { AttributeDefinition } from '../audit/attributes.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { AuditBatch } from './batch.ts'
import type { Counters } from './counters.ts'
import type { RetryableError } from './errors.ts'
import type { Failure } from './health.ts'
import type { Log } from './log.ts'

/**
 * Takes a batch and resolves once every event of it is safe: delivered to every exporter, filtered on purpose,
 * or synced to the dead-letter file. Only then may a receiver move its checkpoint.
 * Rejects only while the agent is shutting down; the batch is then unacknowledged.
 */
export type Consumer = (batch: AuditBatch) => Promise<void>

/** Reads events from somewhere. Created once per pipeline, so each pipeline has its own checkpoint. */
export interface Receiver {
  /** Begins to read and returns; batches go to `next`, at most `maxInFlight` unacknowledged at a time. */
  start(next: Consumer): Promise<void>
  /** Rejects when the receiver has to give up. With `context.once` it resolves when all that was there is acknowledged, else never. */
  readonly done?: Promise<void>
  /** How far it is behind what there is to read; cheap, called whenever metrics are asked for. */
  status?(): ReceiverStatus
  /** Stops reading, waits for what is in flight to settle, saves the checkpoint. */
  stop(): Promise<void>
}

/** How far a receiver is behind what there is to read. Times in milliseconds since 1970. */
export interface ReceiverStatus {
  /** Bytes that are known to be there and are not acknowledged, uncompressed. */
  readonly bytesBehind: number
  /** What was read and has been unacknowledged longest: when it was read, and when its first event came about. */
  readonly oldestUnacknowledged: { readonly readAt: number; readonly eventAt: number } | undefined
  /** Since when the checkpoint on disk does not say all that is to be saved; undefined while it does, and without one. */
  readonly checkpointOutdatedSince: number | undefined
}

/** Changes or drops events between receiver and exporters. Synchronous, no I/O; when it throws, nothing of the batch passes. */
export interface Processor {
  process(batch: AuditBatch): AuditBatch
  /**
   * What may be kept of a line that is no event, or on which a processor failed: it goes into the dead-letter file. For a
   * processor that hides what is secret. Dead letters pass it again before they are sent, so what it has hidden it leaves alone.
   */
  withhold?(raw: Buffer): Buffer
  /** What `process` would do with one event, for `auditship test`. */
  try?(event: AuditEvent): Trial
}

/** What a processor did with one event. */
export interface Trial {
  /** What leaves; undefined when it was dropped. */
  readonly event: AuditEvent | undefined
  /** The rule that dropped it, as it is counted in `Counters.filteredBy`. */
  readonly droppedBy?: string
  /** What was done by which rule and where, in words, without content: `redacted requestObject.data.password (secret)`. */
  readonly notes: readonly string[]
}

/** An event that the backend refused for good, and its reason in the backend's words. */
export interface Rejection {
  readonly event: AuditEvent
  readonly reason: string
  /** The reason without what may quote the event, such as a status and a kind of error: for the agent's own log. */
  readonly summary?: string | undefined
}

/** What became of one attempt: everything that is in neither list was delivered. */
export interface ExportResult {
  /** To be sent again: the backend is busy or the item failed for a passing reason. */
  readonly deferred: readonly AuditEvent[]
  /** Why; undefined when nothing is deferred or the backend did not say. */
  readonly why?: RetryableError | undefined
  readonly rejected: readonly Rejection[]
}

/** Everything was delivered. */
export const ALL_DELIVERED: ExportResult = { deferred: [], rejected: [] }

/** One thing that an exporter needs in its backend, such as a template or a table, and what its set-up did about it. */
export interface SetupStep {
  /** Kind and name, such as `index template auditship-k8s-audit`. */
  readonly what: string
  /** `skipped`: left alone on purpose; `forbidden`: the user lacks the right. In a dry run, what would have come of it. */
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'skipped' | 'forbidden'
  /** Why it is left alone or may not be made. */
  readonly why?: string
  /** What it takes to create or update it, as the backend's own tools take it. */
  readonly request?: string
}

/** What a backend said when it was asked whether it is there. */
export interface Probe {
  /** Who answered, in words. */
  readonly answered: string
  /** What of it is in the way of events although it answers, in words. */
  readonly problem?: string | undefined
  /** What its clock says, in milliseconds since 1970; undefined when it did not tell. */
  readonly time?: number | undefined
}

/** Sends batches to a backend. `deliver` calls `export` from several batches at a time and owns retries, bisecting and dead letters. */
export interface Exporter {
  /** Opens what is needed. Must not wait for the backend to be reachable: that is `export`'s to report. */
  start?(): Promise<void>
  /**
   * One attempt. Returns what to send again and what was refused for good. Bytes and fields of an event are overwritten
   * once its batch is acknowledged: copy what is kept of it.
   * @throws PermanentError when the backend refused the batch as a whole for its content
   * @throws RetryableError when the attempt failed otherwise; `signal` aborts it while the agent stops
   */
  export(batch: AuditBatch, signal: AbortSignal): Promise<ExportResult>
  /**
   * Installs what the backend needs before the first event, one step after the other; needs no `start`. A dry run changes nothing.
   * @throws when the backend cannot be reached or does not answer as expected
   */
  setup?(dryRun: boolean, signal: AbortSignal): AsyncIterable<SetupStep>
  /**
   * Asks the backend whether it is there and takes the credentials, by something that changes nothing; needs no `start`.
   * @throws when it is not there or refuses, as `export` does
   */
  probe?(signal: AbortSignal): Promise<Probe>
  stop?(): Promise<void>
}

/** What the agent hands every component when it creates it. */
export interface ComponentContext {
  /** The component's id in the configuration: `type` or `type/name`. */
  readonly id: string
  /** The pipeline it belongs to; for an exporter, which pipelines may share, the first one. */
  readonly pipeline: string
  /** Folder for checkpoints and other state; exists and is writable. */
  readonly stateDir: string
  readonly log: Log
  /** What keeps the component from its work until an operator acts. It adds and removes; meanwhile the agent is not ready. */
  readonly problems: Set<Failure>
  readonly counters: Counters
  /** The attributes the configuration selects, in the order they are written. */
  readonly attributes: readonly AttributeDefinition[]
  /** Resource attributes of this process, such as `k8s.cluster.name`. */
  readonly resource: Readonly<Record<string, string>>
  /** Read what is there and finish (`run --once`), instead of following. */
  readonly once: boolean
}
