import type { Log, LogAttributes } from '../pipeline/log.ts'

/** Levels of the agent's own log, the least severe first. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** Takes one line of the log. */
export type WriteLine = (level: LogLevel, message: string, attributes: LogAttributes) => void

/** A `Log` that hands lines of `minimum` and above to `write`. */
export function logAbove(minimum: LogLevel, write: WriteLine): Log {
  const lowest = LOG_LEVELS.indexOf(minimum)
  const method =
    (level: LogLevel) =>
    (message: string, attributes: LogAttributes = {}) => {
      if (LOG_LEVELS.indexOf(level) >= lowest) write(level, message, attributes)
    }
  return { debug: method('debug'), info: method('info'), warn: method('warn'), error: method('error') }
}
