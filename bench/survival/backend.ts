import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Ledger } from '../scenario/ledger.ts'
import { decode } from '../sink/decode.ts'
import { JSON_TYPE, logBodies } from '../sink/log-bodies.ts'

/** An OTLP/HTTP backend that keeps account of the events it receives, and can go away. */
export class Backend {
  readonly ledger = new Ledger()
  /** When a record came last, by `performance.now()`. */
  lastArrival = performance.now()
  readonly #receive: (line: Buffer) => void
  #server: Server | undefined
  #port = 0

  /** `receive` stands between the wire and the ledger: a test loses an event there on purpose. */
  constructor(receive: (line: Buffer, ledger: Ledger) => void = (line, ledger) => ledger.receive(line)) {
    this.#receive = line => receive(line, this.ledger)
  }

  /** `http://127.0.0.1:PORT`, the same whenever it comes back. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Takes connections: the first time on a free port. */
  async comeBack(): Promise<void> {
    const server = createServer((request, response) => {
      this.#take(request).then(
        type => response.writeHead(200, { 'content-type': type }).end(type === JSON_TYPE ? '{}' : ''),
        error => {
          if (!request.destroyed) console.error(error)
          response.destroy()
        },
      )
    })
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** Cuts every connection and refuses new ones, as when the process is gone. */
  async goAway(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  async #take(request: IncomingMessage): Promise<string> {
    const type = request.headers['content-type'] ?? ''
    const body = decode(await buffer(request), request.headers['content-encoding'])
    for (const line of logBodies(body, type)) this.#receive(line)
    this.lastArrival = performance.now()
    return type.startsWith(JSON_TYPE) ? JSON_TYPE : type
  }
}
