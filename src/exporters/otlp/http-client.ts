import http, { type Agent, type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { urlToHttpOptions } from 'node:url'
import { withDeadline } from '../../http/deadline.ts'
import { readDate } from '../../http/read-date.ts'
import { isTlsError } from '../../http/tls-error.ts'
import { areReplaced, readTlsFiles, type TlsFiles } from '../../http/tls-files.ts'
import { wasSent, watchRequest } from '../../http/watch-request.ts'
import { PermanentError, RetryableError } from '../../pipeline/errors.ts'
import { partialSuccessIn, readAnswer } from './answer.ts'
import type { OtlpOptions } from './options.ts'
import type { PartialSuccess } from './partial-success.ts'
import { refusal } from './refusal.ts'

interface Exchange {
  readonly sent: ClientRequest
  readonly answer: IncomingMessage
}

/** Posts to one OTLP/HTTP endpoint over connections that are kept. */
export class HttpClient {
  readonly #options: OtlpOptions
  readonly #url: URL
  readonly #address: http.RequestOptions
  #agent: Promise<Agent> | undefined
  /** As they were read for the agent. */
  #files: TlsFiles = {}
  #date: string | undefined

  constructor(options: OtlpOptions) {
    this.#options = options
    this.#url = logsUrl(options.endpoint)
    this.#address = urlToHttpOptions(this.#url)
  }

  /**
   * Resolves when the backend has taken it, to what it did not take of it, if it says so.
   * @throws PermanentError for 400, 413 and 422
   * @throws RetryableError for every other answer, a timeout, a lost or refused connection, a certificate that is not valid
   */
  post(
    body: Buffer,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<PartialSuccess | undefined> {
    return withDeadline(signal, this.#options.timeout, async deadline => {
      try {
        return await this.#exchange(body, headers, deadline)
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof PermanentError) throw error
        await this.#forgetCertificates(error)
        throw error instanceof RetryableError ? error : this.#failure(error, deadline)
      }
    })
  }

  /** The address without a password. */
  get place(): string {
    return displayed(this.#url)
  }

  /** What the backend's clock said with its last answer, in milliseconds since 1970; undefined when it did not. */
  get time(): number | undefined {
    return readDate(this.#date)
  }

  async close(): Promise<void> {
    const agent = await this.#agent?.catch(() => undefined)
    agent?.destroy()
  }

  async #exchange(
    body: Buffer,
    headers: Record<string, string>,
    deadline: AbortSignal,
  ): Promise<PartialSuccess | undefined> {
    const { sent, answer } = await this.#request(body, headers, deadline)
    this.#date = answer.headers.date
    const content = await readAnswer(answer)
    const isSent = await wasSent(sent)
    const status = answer.statusCode ?? 0
    const place = displayed(this.#url)
    if (status < 200 || status >= 300) {
      const secrets = [...Object.values(this.#options.headers), headers.authorization ?? '']
      throw refusal(status, answer.headers['retry-after'], content, place, secrets)
    }
    if (!isSent) throw new RetryableError(`${place} answered ${status} before it had all of the request`)
    return partialSuccessIn(answer, content, place)
  }

  async #request(body: Buffer, headers: Record<string, string>, signal: AbortSignal): Promise<Exchange> {
    const agent = await this.#connections()
    signal.throwIfAborted()
    const { request } = this.#url.protocol === 'https:' ? https : http
    const length = { 'content-length': body.length }
    const options = { ...this.#address, method: 'POST', agent, headers: { ...headers, ...length } }
    return new Promise((resolve, reject) => {
      const sent = request(options, answer => resolve({ sent, answer })).on('error', reject)
      watchRequest(sent)
      // The option `signal` costs as much as all the rest of a request.
      signal.addEventListener('abort', () => sent.destroy())
      sent.end(body)
    })
  }

  #failure(error: unknown, deadline: AbortSignal): RetryableError {
    const where = displayed(this.#url)
    if (deadline.aborted) {
      return new RetryableError(`no answer from ${where} within ${this.#options.timeout} ms (timeout)`)
    }
    return new RetryableError(`cannot reach ${where}`, { cause: error, needsOperator: isTlsError(error) })
  }

  /** After an error of TLS, and when they were replaced: servers that refuse a client's certificate often just hang up. */
  async #forgetCertificates(error: unknown): Promise<void> {
    if (this.#url.protocol === 'http:') return
    if (!isTlsError(error) && !(await areReplaced(this.#files, this.#options.tls))) return
    void this.#agent?.then(agent => agent.destroy())
    this.#agent = undefined
  }

  /** Certificates are read at the first request and again after one that failed by them, so an operator can repair them. */
  #connections(): Promise<Agent> {
    this.#agent ??= this.#connect().catch((error: unknown) => {
      this.#agent = undefined
      throw error
    })
    return this.#agent
  }

  async #connect(): Promise<Agent> {
    if (this.#url.protocol === 'http:') return new http.Agent({ keepAlive: true })
    const { tls } = this.#options
    this.#files = await readTlsFiles(tls)
    return new https.Agent({
      keepAlive: true,
      rejectUnauthorized: !tls.insecureSkipVerify,
      ...(tls.serverName !== undefined && { servername: tls.serverName }),
      ...this.#files,
    })
  }
}

/** As the OTLP specification has it for base endpoints: /v1/logs is appended to it. */
function logsUrl(endpoint: string): URL {
  const url = new URL(endpoint)
  if (!url.pathname.endsWith('/v1/logs')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/logs`
  return url
}

/** Without the password that a URL may hold. */
const displayed = (url: URL) => `${url.origin}${url.pathname}`
