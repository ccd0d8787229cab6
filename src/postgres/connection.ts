import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Client, type ClientConfig } from 'pg'
import { VALUE_PARSERS } from './value-parsers.ts'

/** How long a connection has to say goodbye, in milliseconds. */
const GOODBYE_MS = 1_000

/** One connection to PostgreSQL. */
export class Connection {
  readonly client: Client
  readonly #socket: Duplex
  #isOpen = true

  private constructor(client: Client, socket: Duplex) {
    this.client = client
    this.#socket = socket
    // Without a listener an error of an idle connection would end the process.
    client.on('error', () => this.destroy())
    client.on('end', () => this.destroy())
  }

  /** Connects and logs in, until `signal` aborts. @param socket what to connect by; left out: TCP or a socket file */
  static async open(
    config: ClientConfig,
    signal: AbortSignal,
    socket: Duplex = new Socket(),
  ): Promise<Connection> {
    signal.throwIfAborted()
    const client = new Client({ ...config, types: VALUE_PARSERS, stream: () => socket as Socket })
    const connection = new Connection(client, socket)
    const destroy = () => connection.destroy()
    signal.addEventListener('abort', destroy, { once: true })
    try {
      await client.connect()
      return connection
    } catch (error) {
      connection.destroy()
      throw error
    } finally {
      signal.removeEventListener('abort', destroy)
    }
  }

  /** Whether it can take a statement, as far as is known. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Gives it up at once: a statement that waits for its answer fails. */
  destroy(): void {
    this.#isOpen = false
    this.#socket.destroy()
  }

  /** Says goodbye, so that the server logs no broken connection. */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.destroy(), GOODBYE_MS)
    await this.client.end().catch(() => {})
    clearTimeout(timer)
    this.destroy()
  }
}
