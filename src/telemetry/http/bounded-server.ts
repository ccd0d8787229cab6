import http, { type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { ListenAddress } from './listen-address.ts'

/** Beyond that the oldest connection is ended for the newest, so that whoever holds connections open keeps no probe out. */
const MOST_CONNECTIONS = 32
/** However slowly a client sends or reads, it is done with after so many milliseconds. */
const LONGEST_MS = 5_000

/** An HTTP server of which neither clients nor their number can take much, and that does not keep the process alive. */
export class BoundedServer {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(answer: RequestListener) {
    this.#server = http.createServer(
      {
        headersTimeout: LONGEST_MS,
        requestTimeout: LONGEST_MS,
        keepAliveTimeout: LONGEST_MS,
        connectionsCheckingInterval: 1_000,
        maxHeaderSize: 8 * 1024,
      },
      answer,
    )
    this.#server.timeout = LONGEST_MS
    this.#server.on('connection', socket => this.#admit(socket))
  }

  /** Resolves to the URL that it listens on. @throws when it cannot */
  async listen({ host, port }: ListenAddress): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port }, resolve)
    })
    this.#server.unref()
    const { address, family, port: actual } = this.#server.address() as AddressInfo
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  #admit(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    const [oldest] = this.#sockets
    if (this.#sockets.size > MOST_CONNECTIONS) oldest?.destroy()
  }
}
