import { RetryableError } from '../../pipeline/errors.ts'
import { credentialHeaders } from './credentials.ts'
import type { OpenSearchOptions } from './options.ts'
import { openTransport } from './transport.ts'

/** What to ask OpenSearch. */
export interface OpenSearchRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** With query; its parts encoded. */
  readonly path: string
  readonly body?: Buffer | string
  readonly headers?: Readonly<Record<string, string>>
}

/** What OpenSearch, or whatever stands in front of it, answered. */
export interface OpenSearchAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Parsed when it is JSON, else text; empty when there is none. */
  readonly body: unknown
  /** The node that was asked, without credentials. */
  readonly node: string
}

type Transport = Awaited<ReturnType<typeof openTransport>>

/** Asks one cluster, one attempt a request. */
export class OpenSearchClient {
  readonly #options: OpenSearchOptions
  #transport: Promise<Transport> | undefined

  constructor(options: OpenSearchOptions) {
    this.#options = options
  }

  /**
   * Whatever was answered, whichever its status.
   * @throws RetryableError when there was no answer in time or it cannot be read, or a credential or certificate is wrong
   */
  async request(request: OpenSearchRequest, signal: AbortSignal): Promise<OpenSearchAnswer> {
    const { method, path, body } = request
    const transport = await this.#connected()
    const headers = { ...(await credentialHeaders(this.#options)), ...request.headers }
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.#options.timeout)])
    deadline.throwIfAborted()
    const asked = transport.request({ method, path, ...(body !== undefined && { body }) }, { headers })
    // What a listener returns must be no promise: Node.js would report its rejection as uncaught.
    const abort = () => void asked.abort()
    deadline.addEventListener('abort', abort, { once: true })
    try {
      return answerOf(await asked)
    } catch (error) {
      signal.throwIfAborted()
      const answer = answerIn(error)
      if (answer !== undefined) return answer
      throw this.#failure(error, deadline)
    } finally {
      deadline.removeEventListener('abort', abort)
    }
  }

  async close(): Promise<void> {
    const transport = await this.#transport?.catch(() => undefined)
    for (const { agent } of transport?.connectionPool.connections ?? []) agent.destroy()
    this.#transport = undefined
  }

  /** Certificates are read at the first request and again after one that failed by them, so an operator can repair them. */
  #connected(): Promise<Transport> {
    this.#transport ??= openTransport(this.#options).catch((error: unknown) => {
      this.#transport = undefined
      throw error
    })
    return this.#transport
  }

  #failure(error: unknown, deadline: AbortSignal): RetryableError {
    if (error instanceof RetryableError) return error
    const where = this.#options.endpoints.map(withoutPassword).join(', ')
    const isLate = deadline.aborted || (error instanceof Error && error.name === 'TimeoutError')
    if (isLate)
      return new RetryableError(`no answer from ${where} within ${this.#options.timeout} ms (timeout)`)
    if (error instanceof Error && error.name === 'DeserializationError')
      return new RetryableError(`the answer of ${where} is no valid JSON`)
    const needsOperator = error instanceof Error && isCertificateTrouble(error.message)
    if (needsOperator) void this.close()
    return new RetryableError(`cannot reach ${where}`, { cause: error, needsOperator })
  }
}

interface TransportResult {
  readonly statusCode: number | null
  readonly headers: Record<string, string | undefined> | null
  readonly body: unknown
  readonly meta: { readonly connection: { readonly url: URL } | null }
}

function answerOf({ statusCode, headers, body, meta }: TransportResult): OpenSearchAnswer {
  const node = meta.connection === null ? '' : withoutPassword(meta.connection.url.href)
  return { status: statusCode ?? 0, headers: headers ?? {}, body, node }
}

/** The transport throws answers of 400 and above. */
function answerIn(error: unknown): OpenSearchAnswer | undefined {
  if (!(error instanceof Error && error.name === 'ResponseError' && 'meta' in error)) return undefined
  return answerOf(error.meta as TransportResult)
}

/** The transport keeps only the message of an error. Certificates do not repair themselves. */
function isCertificateTrouble(message: string): boolean {
  return /certificate|altnames|ssl routines|tls|unsupported protocol/i.test(message)
}

function withoutPassword(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname.replace(/\/$/, '')
}
