/** What a sink has received since it started or was reset. */
export interface SinkStats {
  requests: number
  /** Requests that were answered with 400. */
  refused: number
  events: number
  /** Length of the events' log record bodies, or of the documents of bulk requests. */
  eventBytes: number
  /** Bytes of request bodies as sent, so compressed. */
  wireBytes: number
}

export function noStats(): SinkStats {
  return { requests: 0, refused: 0, events: 0, eventBytes: 0, wireBytes: 0 }
}
