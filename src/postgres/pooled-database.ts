import { withDeadline } from '../http/deadline.ts'
import { PermanentError, RetryableError } from '../pipeline/errors.ts'
import { Limit } from '../pipeline/limit.ts'
import type { Connection } from './connection.ts'
import type { Database, Parameter, Row, Session } from './database.ts'
import { databaseFailure, endsConnection } from './failure.ts'

/** The server ends a statement at its timeout by itself; longer than that and this many milliseconds it is gone. */
const GRACE_MS = 5_000

/** What a pool of connections is made of. Times are in milliseconds. */
export interface PoolParts {
  readonly place: string
  readonly connect: (signal: AbortSignal) => Promise<Connection>
  readonly size: number
  readonly connectTimeout: number
  readonly statementTimeout: number
}

/** A database by up to so many connections, which are kept for the next statement. Not pg-pool: there one who waits longer than the connect timeout fails. */
export class PooledDatabase implements Database {
  readonly place: string
  readonly #parts: PoolParts
  readonly #limit: Limit
  #idle: Connection[] = []
  readonly #busy = new Set<Connection>()
  readonly #closing = new AbortController()
  /** Called when a connection is not busy any more. */
  readonly #whenReleased: (() => void)[] = []

  constructor(parts: PoolParts) {
    this.place = parts.place
    this.#parts = parts
    this.#limit = new Limit(parts.size)
  }

  async query<R extends Row>(sql: string, parameters?: readonly Parameter[], signal?: AbortSignal) {
    return this.#withConnection(signal, connection => this.#run<R>(connection, sql, parameters, signal))
  }

  async transaction<T>(work: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#withConnection(signal, async connection => {
      const run = (sql: string) => this.#run(connection, sql, undefined, signal)
      await run('BEGIN')
      try {
        const result = await work({
          query: (sql, parameters, ownSignal = signal) => this.#run(connection, sql, parameters, ownSignal),
        })
        await run('COMMIT')
        return result
      } catch (error) {
        if (connection.isOpen) await run('ROLLBACK').catch(() => connection.destroy())
        throw error
      }
    })
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error(`the connections to ${this.place} are closed`))
    const idle = this.#idle
    this.#idle = []
    await Promise.all(idle.map(connection => connection.end()))
    while (this.#busy.size > 0) await new Promise<void>(resolve => this.#whenReleased.push(resolve))
  }

  async #withConnection<T>(signal: AbortSignal | undefined, use: (connection: Connection) => Promise<T>) {
    return this.#limit.run(async () => {
      signal?.throwIfAborted()
      this.#closing.signal.throwIfAborted()
      const connection = this.#takeIdle() ?? (await this.#connect(signal))
      this.#busy.add(connection)
      try {
        return await use(connection)
      } finally {
        this.#busy.delete(connection)
        if (this.#closing.signal.aborted) await connection.end()
        else if (connection.isOpen) this.#idle.push(connection)
        for (const resolve of this.#whenReleased.splice(0)) resolve()
      }
    })
  }

  #takeIdle(): Connection | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop())
      if (idle.isOpen) return idle
    return undefined
  }

  async #connect(signal: AbortSignal | undefined): Promise<Connection> {
    const { connect, connectTimeout } = this.#parts
    return this.#within(signal, connectTimeout, 'no connection', connect)
  }

  async #run<R extends Row>(
    connection: Connection,
    sql: string,
    parameters: readonly Parameter[] | undefined,
    signal: AbortSignal | undefined,
  ): Promise<R[]> {
    const ms = this.#parts.statementTimeout + GRACE_MS
    return this.#within(signal, ms, 'no answer', async deadline => {
      const destroy = () => connection.destroy()
      deadline.addEventListener('abort', destroy, { once: true })
      try {
        const result = await connection.client.query<R>(sql, parameters && [...parameters])
        return Array.isArray(result) ? [] : result.rows
      } catch (error) {
        if (endsConnection(error)) connection.destroy()
        throw error
      } finally {
        deadline.removeEventListener('abort', destroy)
      }
    })
  }

  async #within<T>(
    signal: AbortSignal = NEVER,
    ms: number,
    missing: string,
    task: (deadline: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return withDeadline(signal, ms, async deadline => {
      try {
        return await task(deadline)
      } catch (error) {
        signal.throwIfAborted()
        if (deadline.aborted)
          throw new RetryableError(`${missing} from ${this.place} within ${ms} ms (timeout)`)
        if (error instanceof RetryableError || error instanceof PermanentError) throw error
        throw databaseFailure(error, this.place)
      }
    })
  }
}

const NEVER = new AbortController().signal
