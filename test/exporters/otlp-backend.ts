import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Faults } from '../contract/exporter-contract.ts'
import { decodeExportRequest } from '../otlp/official-decoder.ts'

/** An answer to a request: a status, headers and a body; `hang` answers nothing. */
export type Answer =
  | {
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: Uint8Array | string
    }
  | 'hang'

/** An OTLP/HTTP backend that misbehaves on demand, as a real one cannot be made to. */
export interface OtlpBackend {
  readonly endpoint: string
  readonly faults: Faults
  attempts(): number
  received(): Promise<string[]>
  /** Headers of the last request. */
  lastHeaders(): IncomingMessage['headers']
  /** Decides on every request; undefined accepts it. */
  answerWith(rule: ((raws: readonly string[]) => Answer | undefined) | undefined): void
}

/** Starts one on a free port; it ends with the test. */
export async function startOtlpBackend(t: TestContext): Promise<OtlpBackend> {
  const received: string[] = []
  let attempts = 0
  let headers: IncomingMessage['headers'] = {}
  let isJson = false
  let rule: ((raws: readonly string[]) => Answer | undefined) | undefined
  const server = createServer(async (request, response) => {
    const raws = bodiesOf(await bodyOf(request), request.headers)
    headers = request.headers
    isJson = headers['content-type'] === 'application/json'
    attempts++
    const answer = rule?.(raws) ?? { status: 200 }
    if (answer === 'hang') return
    if (answer.status < 300) received.push(...raws)
    response.setHeader('content-type', headers['content-type'] ?? '')
    send(response, answer)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const answerWith: OtlpBackend['answerWith'] = next => {
    rule = next
  }
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults: {
      ...faultsBy(answerWith),
      refuseSome: isRefused =>
        answerWith(raws => {
          const refused = raws.filter(isRefused)
          setImmediate(() => refused.forEach(raw => void received.splice(received.indexOf(raw), 1)))
          const body = isJson ? partialJson : partialSuccess
          return { status: 200, body: body(refused.length, 'some were bad') }
        }),
    },
    attempts: () => attempts,
    received: async () => [...received],
    lastHeaders: () => headers,
    answerWith,
  }
}

function send(response: ServerResponse, answer: Exclude<Answer, 'hang'>): void {
  response.writeHead(answer.status, answer.headers)
  response.end(answer.body)
}

function faultsBy(answerWith: OtlpBackend['answerWith']): Omit<Faults, 'refuseSome'> {
  const next = (answers: number, answer: Answer) => {
    let left = answers
    answerWith(() => (left-- > 0 ? answer : undefined))
  }
  return {
    refuseRequestsWith: isPoison =>
      answerWith(raws => (raws.some(isPoison) ? { status: 400, body: 'cannot parse' } : undefined)),
    refuseLargerThan: events => answerWith(raws => (raws.length > events ? { status: 413 } : undefined)),
    failNext: attempts => next(attempts, { status: 503 }),
    busyFor: seconds => next(1, { status: 429, headers: { 'retry-after': String(seconds) } }),
    hangNext: () => next(1, 'hang'),
    failAll: () => answerWith(() => ({ status: 500 })),
    recover: () => answerWith(undefined),
  }
}

const partialJson = (rejected: number, message: string) =>
  JSON.stringify({ partialSuccess: { rejectedLogRecords: String(rejected), errorMessage: message } })

/** `ExportLogsServiceResponse { partial_success: { rejected_log_records, error_message } }` in protobuf. */
export function partialSuccess(rejected: number, message: string): Buffer {
  const text = Buffer.from(message)
  const inner = Buffer.concat([
    Buffer.from(rejected > 0 ? [0x08, ...varint(rejected)] : []),
    Buffer.from([0x12, ...varint(text.length)]),
    text,
  ])
  return Buffer.concat([Buffer.from([0x0a, ...varint(inner.length)]), inner])
}

const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const encoding = request.headers['content-encoding']
  if (encoding === 'gzip') return gunzipSync(body)
  return encoding === 'zstd' ? zstdDecompressSync(body) : body
}

interface ExportRequest {
  resourceLogs: { scopeLogs: { logRecords: { body: { stringValue: string } }[] }[] }[]
}

function bodiesOf(body: Buffer, headers: IncomingMessage['headers']): string[] {
  const isJson = headers['content-type'] === 'application/json'
  const request = (isJson ? JSON.parse(body.toString()) : decodeExportRequest(body)) as ExportRequest
  const records = request.resourceLogs.flatMap(logs => logs.scopeLogs.flatMap(scope => scope.logRecords))
  return records.map(record => record.body.stringValue)
}
