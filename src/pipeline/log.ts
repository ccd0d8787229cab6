/** Attributes of a line in the agent's own log; never content of an audit event. */
export type LogAttributes = Readonly<Record<string, string | number | boolean>>

/**
 * The agent's own log. WARN means that something is odd and nothing was lost;
 * ERROR means that an operator must act.
 */
export interface Log {
  debug(message: string, attributes?: LogAttributes): void
  info(message: string, attributes?: LogAttributes): void
  warn(message: string, attributes?: LogAttributes): void
  error(message: string, attributes?: LogAttributes): void
}

/** A log that writes nothing, for library use and tests. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
