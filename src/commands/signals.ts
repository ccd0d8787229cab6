import { constants } from 'node:os'

/** Waits for SIGTERM or SIGINT. */
export interface SignalWait {
  /** Resolves at the first signal. A second one exits at once, which is safe: nothing unacknowledged is checkpointed. */
  readonly received: Promise<void>
  /** Takes the handlers away again. */
  forget(): void
}

/** A terminal signals all of a process group, and npm passes on what it gets: one Ctrl-C arrives twice. */
const SAME_SIGNAL_MS = 500

/** Begins to listen for SIGTERM and SIGINT. */
export function untilSignal(): SignalWait {
  const { promise, resolve } = Promise.withResolvers<void>()
  let first: number | undefined
  const onSignal = (name: NodeJS.Signals) => {
    first ??= performance.now()
    if (performance.now() - first > SAME_SIGNAL_MS) process.exit(128 + (constants.signals[name] ?? 0))
    resolve()
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  return {
    received: promise,
    forget() {
      process.off('SIGTERM', onSignal)
      process.off('SIGINT', onSignal)
    },
  }
}
