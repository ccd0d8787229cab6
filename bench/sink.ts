// A backend that only counts, as a process of its own: node bench/sink.ts [--port 4318] [--answer-after 0]
// With --answer-after each answer comes so many milliseconds late, as from a slow backend.
//   POST /v1/logs          OTLP over HTTP, protobuf or JSON; plain, gzip or zstd
//   POST /_bulk            OpenSearch bulk, answered item by item
//   POST /bytes            anything: only its length is counted
//   GET /stats             what was received; POST /reset begins anew
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { takeBulk } from './sink/bulk.ts'
import { decode } from './sink/decode.ts'
import { JSON_TYPE, logBodies } from './sink/log-bodies.ts'
import type { Received } from './sink/received.ts'
import { noStats } from './sink/stats.ts'

interface Answer {
  status: number
  type: string
  body: string
}

let stats = noStats()

async function answer(request: IncomingMessage): Promise<Answer> {
  const [path = '', query] = request.url?.split('?', 2) ?? []
  if (request.method === 'GET' && path === '/stats') return json(200, JSON.stringify(stats))
  if (path === '/reset') {
    stats = noStats()
    return json(200, '{}')
  }
  const bulk = path.endsWith('/_bulk')
  if (!bulk && path !== '/v1/logs' && path !== '/bytes')
    return json(404, '{"message":"expected /v1/logs, /_bulk or /bytes"}')

  const sent = await buffer(request)
  stats.requests++
  stats.wireBytes += sent.length
  if (path === '/bytes') return json(200, '{}')
  try {
    const body = decode(sent, request.headers['content-encoding'])
    return bulk
      ? takenBulk(body, query?.includes('filter_path=') ?? false)
      : takenLogs(body, request.headers['content-type'] ?? '')
  } catch (error) {
    stats.refused++
    return json(400, JSON.stringify({ message: String(error) }))
  }
}

function takenBulk(body: Buffer, isFiltered: boolean): Answer {
  const { received, answer } = takeBulk(body, isFiltered)
  count(received)
  return json(200, answer)
}

function takenLogs(body: Buffer, type: string): Answer {
  const bodies = logBodies(body, type)
  count({ events: bodies.length, eventBytes: bodies.reduce((sum, { length }) => sum + length, 0) })
  if (type.startsWith(JSON_TYPE)) return json(200, '{}')
  return { status: 200, type: 'application/x-protobuf', body: '' }
}

function count({ events, eventBytes }: Received): void {
  stats.events += events
  stats.eventBytes += eventBytes
}

const json = (status: number, body: string): Answer => ({ status, type: JSON_TYPE, body })

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4318' },
    'answer-after': { type: 'string', default: '0' },
  },
})
const answerAfterMs = Number(values['answer-after'])

const server = createServer((request, response) => {
  answer(request).then(
    async ({ status, type, body }) => {
      if (answerAfterMs > 0 && request.method === 'POST') await delay(answerAfterMs)
      response
        .writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
        .end(body)
    },
    () => response.destroy(), // the client went away
  )
})

server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
