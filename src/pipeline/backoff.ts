import { setTimeout as delay } from 'node:timers/promises'

/** Bounds of the waits between attempts, in milliseconds. */
export interface BackoffLimits {
  readonly initialMs: number
  readonly maxMs: number
}

/** However long a backend asks to be left alone: an operator who repairs it should not have to restart the agent. */
const LONGEST_RETRY_AFTER_MS = 600_000

export const DEFAULT_BACKOFF: BackoffLimits = { initialMs: 250, maxMs: 30_000 }

/**
 * How long to wait before attempt number `attempt` + 1 (counted from 0): exponential with full jitter, never less than
 * what the backend asked for, up to ten minutes. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(attempt: number, limits: BackoffLimits, retryAfterMs = 0): number {
  const ceiling = Math.min(limits.maxMs, limits.initialMs * 2 ** Math.min(attempt, 30))
  return Math.max(Math.random() * ceiling, Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS))
}

/** Waits, until `early` aborts if that comes first. @throws the signal's reason when it aborts */
export async function wait(ms: number, signal: AbortSignal, early?: AbortSignal): Promise<void> {
  const either = early === undefined ? signal : AbortSignal.any([signal, early])
  await delay(ms, undefined, { signal: either }).catch(() => signal.throwIfAborted())
}
