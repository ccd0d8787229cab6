import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Ledger } from '../scenario/ledger.ts'
import { timeOf } from '../scenario/numbered-events.ts'
import { decode } from '../sink/decode.ts'
import { logBodies } from '../sink/log-bodies.ts'
import { Latencies } from './latencies.ts'

/** How the backend behaves. `hang`: takes requests and answers none; `reset`: cuts each connection after the request. */
export type Mood = 'well' | 'busy' | 'reset' | 'hang'

/** An OTLP/HTTP backend with moods, which keeps account of events and of how long each was on its way. */
export class SoakBackend {
  readonly ledger = new Ledger()
  /** From the append to the log until the acknowledgement is sent, while all is well. */
  readonly latencies = new Latencies()
  /** The same for events that met a fault: written during it, or before the backlog it left was gone. */
  readonly latenciesInFaults = new Latencies()
  /** Whether events that come now count as having met a fault. */
  isFaulty = false
  readonly #hanging = new Set<ServerResponse>()
  readonly #server = createServer((request, response) => {
    this.#take(request, response).catch(() => response.destroy())
  })
  #mood: Mood = 'well'

  /** Resolves to its address. */
  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Requests left hanging are cut when another mood begins. */
  set mood(mood: Mood) {
    this.#mood = mood
    for (const response of this.#hanging) response.destroy()
    this.#hanging.clear()
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const type = request.headers['content-type'] ?? ''
    const body = decode(await buffer(request), request.headers['content-encoding'])
    if (this.#mood === 'hang') this.#hanging.add(response)
    else if (this.#mood === 'busy') response.writeHead(503).end()
    else {
      this.#receive(logBodies(body, type))
      if (this.#mood === 'reset') response.destroy()
      else response.writeHead(200, { 'content-type': type }).end()
    }
  }

  #receive(lines: readonly Buffer[]): void {
    const now = Date.now()
    for (const line of lines) {
      this.ledger.receive(line)
      const written = timeOf(line)
      if (written !== undefined) (this.isFaulty ? this.latenciesInFaults : this.latencies).add(now - written)
    }
  }
}
