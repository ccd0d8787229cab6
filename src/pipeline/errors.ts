/** The backend refused this content and always will, such as by 400 or 413; which answers mean that is the exporter's to know. `deliver` bisects the batch, or dead-letters a single event. */
export class PermanentError extends Error {
  override name = 'PermanentError'
  /** The message without what may quote events, for the agent's own log. */
  readonly summary: string | undefined

  constructor(message: string, options: ErrorOptions & { readonly summary?: string } = {}) {
    super(message, options)
    this.summary = options.summary
  }
}

/** Below so many bytes want of memory is of the machine, and passes. */
const LARGE = 64 * 1024 * 1024

/**
 * What `encode` makes of events, about `size` bytes. @throws PermanentError when there is no memory for so much: of a single event
 * there never will be
 */
export function encodedOrTooLarge<T>(size: number, encode: () => T): T {
  try {
    return encode()
  } catch (cause) {
    if (!(cause instanceof RangeError) || size < LARGE) throw cause
    throw new PermanentError(`too large to be encoded: ${cause.message}`, { cause })
  }
}

interface RetryableErrorOptions extends ErrorOptions {
  readonly retryAfterMs?: number | undefined
  readonly needsOperator?: boolean
  readonly summary?: string
}

/** The attempt failed for a reason that can pass or that an operator can repair: network, timeout, 429, 5xx, 401, 403, 404. */
export class RetryableError extends Error {
  override name = 'RetryableError'
  /** What the backend asked for by `Retry-After`, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** Waiting alone will not help: credentials, rights or an address are wrong. Logged as ERROR. */
  readonly needsOperator: boolean
  /** The beginning of the message, before the words of a backend, which may quote events; undefined when there are none. */
  readonly summary: string | undefined

  constructor(message: string, options: RetryableErrorOptions = {}) {
    super(message, options)
    this.summary = options.summary
    this.retryAfterMs = options.retryAfterMs
    this.needsOperator = options.needsOperator ?? false
  }
}
