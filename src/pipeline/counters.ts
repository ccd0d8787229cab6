import { Distribution } from './distribution.ts'

/**
 * What happened to the events of one pipeline. Every event read ends in exactly one of
 * `delivered`, `filtered` and `deadLettered`, once.
 */
export interface Counters {
  /** Events read, malformed lines included. */
  read: number
  /** Bytes of input read. */
  bytesRead: number
  /** Events that every exporter of the pipeline has. */
  delivered: number
  /** Events a processor dropped on purpose. */
  filtered: number
  /** The same by rule: the processor's id and the rule's name, such as `filter noise/leases`. */
  readonly filteredBy: Map<string, number>
  /** Events and malformed lines in the dead-letter file. */
  deadLettered: number
  /** Attempts that failed and were made again. */
  retries: number
  /** Bytes that were gone before they could be read (a backup deleted, a file truncated). */
  bytesLost: number
  /** How often that happened. */
  gaps: number
  /** Bytes of the events delivered, filtered and dead-lettered, each as long as it was where that happened: redaction shortens. */
  bytesDelivered: number
  bytesFiltered: number
  bytesDeadLettered: number
  /** Sizes of batches as receivers give them, in events and in bytes. */
  readonly batchEvents: Distribution
  readonly batchBytes: Distribution
  /** By the exporter's id; what was not tried yet has none. */
  readonly exporters: Map<string, ExporterCounters>
}

/** How an attempt to export ended: all was delivered, some put off, some or all refused for good, or it failed. */
export const ATTEMPT_OUTCOMES = ['delivered', 'deferred', 'rejected', 'failed'] as const
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number]

/** What one exporter of a pipeline did; an event that it refused is one of the pipeline's dead letters. */
export interface ExporterCounters {
  delivered: number
  bytesDelivered: number
  rejected: number
  bytesRejected: number
  retries: number
  /** How long attempts took, in seconds. */
  readonly attempts: Readonly<Record<AttemptOutcome, Distribution>>
}

const BATCH_EVENTS = [1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000]
const BATCH_BYTES = [2 ** 10, 2 ** 13, 2 ** 16, 2 ** 18, 2 ** 19, 2 ** 20, 2 ** 22, 2 ** 24]
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** All zero. */
export function newCounters(): Counters {
  return {
    read: 0,
    bytesRead: 0,
    delivered: 0,
    filtered: 0,
    filteredBy: new Map(),
    deadLettered: 0,
    retries: 0,
    bytesLost: 0,
    gaps: 0,
    bytesDelivered: 0,
    bytesFiltered: 0,
    bytesDeadLettered: 0,
    batchEvents: new Distribution(BATCH_EVENTS),
    batchBytes: new Distribution(BATCH_BYTES),
    exporters: new Map(),
  }
}

/** Those of one exporter, all zero at first. */
export function exporterCounters({ exporters }: Counters, id: string): ExporterCounters {
  const known = exporters.get(id)
  if (known !== undefined) return known
  const seconds = () => new Distribution(SECONDS)
  const counters: ExporterCounters = {
    delivered: 0,
    bytesDelivered: 0,
    rejected: 0,
    bytesRejected: 0,
    retries: 0,
    attempts: { delivered: seconds(), deferred: seconds(), rejected: seconds(), failed: seconds() },
  }
  exporters.set(id, counters)
  return counters
}

/** Notes that bytes were gone before they could be read. */
export function countGap(counters: Counters, bytes: number): void {
  counters.bytesLost += bytes
  counters.gaps++
}
