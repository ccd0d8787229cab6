import type { Log, LogAttributes } from '../pipeline/log.ts'

/** The same log with `attributes` on each line, such as `pipeline` and `component`; a line's own attributes win. */
export function scoped(log: Log, attributes: LogAttributes): Log {
  return {
    debug: (message, own) => log.debug(message, { ...attributes, ...own }),
    info: (message, own) => log.info(message, { ...attributes, ...own }),
    warn: (message, own) => log.warn(message, { ...attributes, ...own }),
    error: (message, own) => log.error(message, { ...attributes, ...own }),
  }
}
