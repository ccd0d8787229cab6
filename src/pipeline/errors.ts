/** The backend refused this content and always will: 400, 413 or 422. `deliver` bisects the batch, or dead-letters a single event. */
export class PermanentError extends Error {
  override name = 'PermanentError'
}

/** The attempt failed for a reason that can pass or that an operator can repair: network, timeout, 429, 5xx, 401, 403, 404. */
export class RetryableError extends Error {
  override name = 'RetryableError'
  /** What the backend asked for by `Retry-After`, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: ErrorOptions & { retryAfterMs?: number | undefined } = {}) {
    super(message, options)
    this.retryAfterMs = options.retryAfterMs
  }
}
