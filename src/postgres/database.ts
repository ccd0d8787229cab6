/** A row by column. What the columns hold: see `VALUE_PARSERS`. */
export type Row = Readonly<Record<string, unknown>>

/** What a statement's `$1`, `$2` … can be. JSON goes as text. */
export type Parameter = string | number | boolean | null | Uint8Array | readonly (string | null)[]

/** Takes statements one after the other. */
export interface Session {
  /**
   * Runs one statement and returns its rows.
   * @param signal gives up waiting when it aborts; the server may still carry the statement out
   * @throws RetryableError when it may succeed later or after an operator has acted, PermanentError when PostgreSQL refuses
   * its values, both with PostgreSQL's own error as `cause`; the signal's reason once that aborts
   */
  query<R extends Row = Row>(
    sql: string,
    parameters?: readonly Parameter[],
    signal?: AbortSignal,
  ): Promise<R[]>
}

/** PostgreSQL on a server or embedded in this process. Statements of `query` may run side by side, in any order. */
export interface Database extends Session {
  /** Where it is, for messages; without a password. */
  readonly place: string
  /** Runs `work` in a transaction of its own: committed when it resolves, rolled back when it rejects. */
  transaction<T>(work: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Waits for what runs and closes all connections. */
  close(): Promise<void>
}
