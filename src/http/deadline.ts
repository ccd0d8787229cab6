/**
 * Runs a task with a signal that aborts as `signal` does, or after `ms` milliseconds. Not made of `AbortSignal.any` and
 * `AbortSignal.timeout`: before Node.js 24 such a timeout may be collected as garbage and never come (nodejs/node#57736).
 */
export async function withDeadline<T>(
  signal: AbortSignal,
  ms: number,
  task: (deadline: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const deadline = new AbortController()
  const stop = () => deadline.abort(signal.reason)
  const timer = setTimeout(() => deadline.abort(new Error(`not within ${ms} ms`)), ms)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await task(deadline.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}
