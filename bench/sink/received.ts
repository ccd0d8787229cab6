/** What one request held. */
export interface Received {
  events: number
  /** Length of the events as they were in the audit log, so that nothing can be missing unnoticed. */
  eventBytes: number
}
