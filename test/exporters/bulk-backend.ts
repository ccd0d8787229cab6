import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { Faults } from '../contract/exporter-contract.ts'

/** An answer to a whole bulk. `hang` gives none, `reset` cuts the connection. */
export type BulkAnswer =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'hang'
  | 'reset'

/** One operation of a bulk as it came. */
export interface BulkOperation {
  readonly name: 'create' | 'update'
  readonly id: string
  /** The second line. */
  readonly document: string
}

/** What an item is answered with instead of success. */
export interface ItemFault {
  readonly status: number
  readonly error?: object
}

/** An OpenSearch that answers bulks only, with failures that a real one cannot be made to show when wanted. */
export interface BulkBackend {
  readonly endpoint: string
  readonly faults: Faults
  attempts(): number
  /** Raw events of the documents it has, in order of arrival. */
  received(): Promise<string[]>
  /** All operations of the last bulk. */
  lastBulk(): readonly BulkOperation[]
  lastHeaders(): IncomingHttpHeaders
  lastPath(): string
  /** Decides on every bulk; undefined accepts it. */
  answerWith(rule: ((operations: readonly BulkOperation[]) => BulkAnswer | undefined) | undefined): void
  /** Decides on every item; undefined accepts it. */
  answerItemsWith(rule: ((operation: BulkOperation) => ItemFault | undefined) | undefined): void
}

/** Starts one on a free port; it ends with the test. */
export async function startBulkBackend(t: TestContext): Promise<BulkBackend> {
  const received: string[] = []
  const known = new Set<string>()
  const seen = {
    attempts: 0,
    operations: [] as BulkOperation[],
    headers: {} as IncomingHttpHeaders,
    path: '',
  }
  let rule: ((operations: readonly BulkOperation[]) => BulkAnswer | undefined) | undefined
  let itemRule: ((operation: BulkOperation) => ItemFault | undefined) | undefined
  const takeItem = (operation: BulkOperation) => {
    const fault = itemRule?.(operation)
    if (fault !== undefined) return { [operation.name]: fault }
    if (operation.name === 'update') return { update: { status: 200 } }
    if (known.has(operation.id)) return { create: { status: 409, error: CONFLICT } }
    known.add(operation.id)
    received.push(rawOf(operation))
    return { create: { status: 201 } }
  }
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    const isCompressed = request.headers['content-encoding'] === 'gzip'
    const operations = operationsOf((isCompressed ? gunzipSync(body) : body).toString())
    Object.assign(seen, {
      attempts: seen.attempts + 1,
      operations,
      headers: request.headers,
      path: request.url,
    })
    const answer = rule?.(operations)
    if (answer === 'hang') return
    if (answer === 'reset') return void request.socket.destroy()
    const items = answer === undefined ? operations.map(takeItem) : []
    const { status, headers, body: text } = answer ?? { status: 200, body: JSON.stringify({ items }) }
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers })
    response.end(text)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const backend: Omit<BulkBackend, 'faults'> = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    attempts: () => seen.attempts,
    received: async () => [...received],
    lastBulk: () => seen.operations,
    lastHeaders: () => seen.headers,
    lastPath: () => seen.path,
    answerWith: next => {
      rule = next
    },
    answerItemsWith: next => {
      itemRule = next
    },
  }
  return { ...backend, faults: faultsOf(backend) }
}

const CONFLICT = { type: 'version_conflict_engine_exception', reason: 'document already exists' }
const UNPARSABLE = { type: 'mapper_parsing_exception', reason: 'failed to parse' }
const BUSY = { type: 'rejected_execution_exception', reason: 'rejected execution of coordinating operation' }

function faultsOf({ answerWith, answerItemsWith }: Omit<BulkBackend, 'faults'>): Faults {
  const next = (count: number, answer: BulkAnswer) => {
    let left = count
    answerWith(() => (left-- > 0 ? answer : undefined))
  }
  const error = (status: number, reason: object) => ({
    status,
    body: JSON.stringify({ error: reason, status }),
  })
  return {
    refuseSome: isRefused =>
      answerItemsWith(item => (isRefused(rawOf(item)) ? { status: 400, error: UNPARSABLE } : undefined)),
    refuseRequestsWith: isPoison =>
      answerWith(items => (items.some(item => isPoison(rawOf(item))) ? error(400, UNPARSABLE) : undefined)),
    refuseLargerThan: events => answerWith(items => (items.length > events ? { status: 413 } : undefined)),
    failNext: attempts => next(attempts, error(503, { type: 'unavailable', reason: 'not yet' })),
    busyFor: seconds => next(1, { ...error(429, BUSY), headers: { 'retry-after': String(seconds) } }),
    hangNext: () => next(1, 'hang'),
    failAll: () =>
      answerWith(() => ({ status: 502, body: 'Bad Gateway', headers: { 'content-type': 'text/html' } })),
    recover: () => {
      answerWith(undefined)
      answerItemsWith(undefined)
    },
  }
}

function operationsOf(body: string): BulkOperation[] {
  const lines = body.split('\n')
  if (lines.pop() !== '') throw new Error('a bulk must end with a newline')
  const operations: BulkOperation[] = []
  for (let i = 0; i < lines.length; i += 2) {
    const [name, { _id: id }] = Object.entries(JSON.parse(lines[i] ?? ''))[0] as ['create', { _id: string }]
    operations.push({ name, id, document: lines[i + 1] ?? '' })
  }
  return operations
}

/** The event in a document, byte for byte, or the text that stands for it. */
function rawOf({ document }: BulkOperation): string {
  const key = ',"event":'
  const at = document.indexOf(key)
  if (at >= 0) return document.slice(at + key.length, -1)
  return (JSON.parse(document) as { event_text?: string }).event_text ?? ''
}
