import type { IncomingMessage } from 'node:http'
import type { ApiError, ApiResponse } from '@opensearch-project/opensearch/lib/Transport.js'
import { wasSent } from '../../http/watch-request.ts'
import { alikeItems } from './alike-items.ts'
import type { AwsCredentials } from './aws-credentials.ts'
import { requestOf } from './connection.ts'
import { noAnswer, noAnswerInTime } from './no-answer.ts'
import type { OpenSearchOptions } from './options.ts'
import type { OpenSearchAnswer } from './request.ts'
import type { Transport } from './transport.ts'

/** A request as the transport takes it; `auth` is what its connections sign with. */
export interface TransportRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer | string
  readonly auth?: NonNullable<OpenSearchOptions['aws']> & { readonly credentials: AwsCredentials }
}

/** What an answer may take. */
export interface AnswerLimits {
  /** In milliseconds. */
  readonly timeout: number
  /** In bytes. */
  readonly longest: number
}

/**
 * One request and its answer, whichever its status.
 * @param deadline aborts after `timeout` milliseconds, or sooner
 * @throws RetryableError when there is no whole answer by then, or a longer one
 */
export async function exchange(
  transport: Transport,
  { headers, ...request }: TransportRequest,
  deadline: AbortSignal,
  { timeout, longest }: AnswerLimits,
): Promise<OpenSearchAnswer> {
  deadline.throwIfAborted()
  const { promise, resolve } = Promise.withResolvers<[ApiError | null, StreamedResponse]>()
  // As a stream, because the transport itself would take an answer of any length.
  const asked = transport.request(request, { headers, asStream: true }, (error, result) =>
    resolve([error, result as StreamedResponse]),
  )
  const abort = () => asked.abort()
  deadline.addEventListener('abort', abort, { once: true })
  try {
    const [error, { statusCode, headers: answered, body, meta }] = await promise
    const node = withoutPassword(meta.connection.url)
    const text = error === null ? await textOf(body, longest) : error
    if (typeof text === 'string') {
      const status = statusCode ?? 0
      if (NODE_IS_DOWN.has(status)) transport.connectionPool.markDead(meta.connection)
      else transport.connectionPool.markAlive(meta.connection)
      return { status, headers: answered ?? {}, body: parsed(answered?.['content-type'], text), node }
    }
    // The transport does so for the others.
    if (error === null || error.name === 'RequestAbortedError')
      transport.connectionPool.markDead(meta.connection)
    if (deadline.aborted || text.name === 'TimeoutError') throw noAnswerInTime(node, timeout)
    throw noAnswer(node, error?.cause ?? text)
  } finally {
    deadline.removeEventListener('abort', abort)
  }
}

type StreamedResponse = Omit<ApiResponse, 'body'> & { readonly body: IncomingMessage }

/** Of a proxy or a node that is going away: the next request asks another node. */
const NODE_IS_DOWN = new Set([502, 503, 504])

/** The text of an answer, or why there is none. */
async function textOf(body: IncomingMessage, longest: number): Promise<string | Error> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > longest) return new Error(`the answer has over ${longest} bytes`) // leaving the loop ends it
      chunks.push(chunk)
    }
  } catch (cause) {
    return new Error('the answer broke off', { cause })
  }
  const request = requestOf(body)
  const isSent = request === undefined || (await wasSent(request))
  const { statusCode = 0 } = body
  if (!isSent && statusCode < 300)
    return new Error(`it answered ${statusCode} before it had all of the request`)
  return Buffer.concat(chunks).toString()
}

/** JSON as what it says; all else, and what is no JSON though it should be, as text. */
function parsed(contentType: string | undefined, text: string): unknown {
  if (!contentType?.includes('json') || text === '') return text
  try {
    return alikeItems(text) ?? JSON.parse(text)
  } catch {
    return text
  }
}

function withoutPassword({ origin, pathname }: URL): string {
  return origin + pathname.replace(/\/$/, '')
}
