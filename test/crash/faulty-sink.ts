import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../../bench/corpus/random.ts'
import { Ledger } from '../../bench/scenario/ledger.ts'
import { numberIn } from '../../bench/scenario/numbered-events.ts'
import { decode } from '../../bench/sink/decode.ts'
import { decodeExportRequest } from '../otlp/official-decoder.ts'

/** What the sink may do with a request. Only those with `take` in their name keep its events. */
const BEHAVIOURS = {
  take: async ({ keep, answer }) => {
    keep()
    answer(200)
  },
  /** The answer never arrives. */
  takeAndReset: async ({ keep, socket }) => {
    keep()
    socket.destroy()
  },
  /** The answer arrives in part. */
  takeAndCut: async ({ keep, socket }) => {
    keep()
    socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/x-proto')
  },
  /** The answer arrives when nobody waits for it any more. */
  takeAndAnswerLate: async ({ keep, answer }) => {
    keep()
    await delay(3 * REQUEST_TIMEOUT_MS)
    answer(200)
  },
  tooManyRequests: async ({ answer }, random) => answer(429, { 'retry-after': random.pick(['0', '0', '1']) }),
  unavailable: async ({ answer }) => answer(503),
  /** What stands in front of some backends: nothing was delivered. */
  loginPage: async ({ answer }) => answer(200, { 'content-type': 'text/html' }, '<p>Log in'),
  reset: async ({ socket }) => void socket.destroy(),
  hang: async () => {},
} satisfies Record<string, (exchange: Exchange, random: Random) => Promise<void>>

type Behaviour = keyof typeof BEHAVIOURS | 'resetUnread'

/** How often the sink does what, by weight. */
export type Mood = Readonly<Partial<Record<Behaviour, number>>>

export const CLEAN: Mood = { take: 1 }
/** Refuses often, but says the truth about what it took. */
export const BUSY: Mood = { take: 3, tooManyRequests: 1, unavailable: 1 }
export const FAULTY: Mood = {
  ...{ take: 60, takeAndReset: 6, takeAndCut: 6, takeAndAnswerLate: 2 },
  ...{ tooManyRequests: 6, unavailable: 6, loginPage: 2, reset: 5, resetUnread: 5, hang: 2 },
}

/** How long the agent has to wait for an answer under a mood that hangs, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 300

interface Exchange {
  readonly socket: Socket
  /** Notes the events as arrived. */
  keep(): void
  answer(status: number, headers?: Record<string, string>, body?: string): void
}

/** An OTLP/HTTP backend that keeps account of numbered events and does with each request what its mood says. */
export class FaultySink {
  readonly ledger = new Ledger()
  mood: Mood = CLEAN
  /** Requests with such an event are refused for good: 400. */
  isPoison: (number: number) => boolean = () => false
  /** Called when a request has been dealt with. */
  onRequest: () => void = () => {}
  readonly #random: Random
  #server: Server | undefined
  #port = 0

  constructor(random: Random) {
    this.#random = random
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Begins to listen: the first time on a free port, later on the same one. */
  async open(): Promise<void> {
    if (this.#server !== undefined) return
    const server = createServer((request, response) => {
      this.#deal(request, response).catch(() => request.socket.destroy()) // the agent was killed in between
    })
    await new Promise<void>(resolve => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** Nobody listens any more. */
  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    server?.closeAllConnections()
    await new Promise(resolve => (server === undefined ? resolve(undefined) : server.close(resolve)))
  }

  async #deal(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request
    const behaviour = this.#random.weighted(this.mood as Record<Behaviour, number>)
    if (behaviour === 'resetUnread') {
      socket.destroy()
      return
    }
    const body = decode(await buffer(request), request.headers['content-encoding'])
    const records = recordsOf(body)
    const answer: Exchange['answer'] = (status, headers, body) => {
      response.writeHead(status, { 'content-type': 'application/x-protobuf', ...headers }).end(body)
    }
    const isPoisoned = records.some(({ line }) => this.isPoison(numberIn(line) ?? 0))
    const keep = () => {
      for (const { line, uid } of records) this.ledger.receive(line, uid)
    }
    if (isPoisoned && behaviour === 'take') answer(400)
    else if (!isPoisoned || !behaviour.startsWith('take'))
      await BEHAVIOURS[behaviour]({ socket, keep, answer }, this.#random)
    else socket.destroy()
    this.onRequest()
  }
}

interface ExportRequest {
  resourceLogs: { scopeLogs: { logRecords: LogRecord[] }[] }[]
}

interface LogRecord {
  body: { stringValue: string }
  attributes: { key: string; value: { stringValue?: string } }[]
}

function recordsOf(body: Buffer): { line: Buffer; uid: string }[] {
  const { resourceLogs } = decodeExportRequest(body) as ExportRequest
  const records = resourceLogs.flatMap(logs => logs.scopeLogs.flatMap(scope => scope.logRecords))
  return records.map(({ body, attributes }) => ({
    line: Buffer.from(body.stringValue),
    uid: attributes.find(({ key }) => key === 'log.record.uid')?.value.stringValue ?? '',
  }))
}
