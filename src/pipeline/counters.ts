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
}

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
  }
}
