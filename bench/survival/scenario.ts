/** Something done to the shipper or to the backend. */
export type Deed = 'kill' | 'stop' | 'start' | 'backend away' | 'backend back'

/** What is written to a log and what happens meanwhile; the same for every shipper. */
export interface Scenario {
  readonly name: string
  /** One sentence for whoever reads the table. */
  readonly what: string
  /** How many events are written, `EVENTS_PER_SECOND` a second. */
  readonly events: number
  /** Events after which the log is rotated. */
  readonly rotations: readonly number[]
  /** How: as kube-apiserver does, without or with compression, or as logrotate with `copytruncate`. */
  readonly by: 'rename' | 'rename and gzip' | 'copytruncate'
  /** Number of the event that has `LARGE_BYTES`. */
  readonly large?: number
  /** In order, each as many milliseconds after the writing began. */
  readonly deeds: readonly (readonly [atMs: number, deed: Deed])[]
  /** The shipper has caught up when nothing new came for so many milliseconds. */
  readonly quietMs: number
}

export const EVENTS_PER_SECOND = 1_000
export const LARGE_BYTES = 3 * 2 ** 20
