import { readFile } from 'node:fs/promises'
import { Agent, type Dispatcher } from 'undici'
import { PermanentError, RetryableError } from '../../pipeline/errors.ts'
import type { OtlpOptions } from './options.ts'

/** How much of an error's body is shown; the rest may hold anything. */
const SHOWN_BODY = 300
/** An answer larger than this is not OTLP's. */
const MAX_ANSWER = 1024 * 1024

/** Posts to one OTLP/HTTP endpoint over connections that are kept. */
export class HttpClient {
  readonly #options: OtlpOptions
  readonly #url: URL
  #agent: Promise<Dispatcher> | undefined

  constructor(options: OtlpOptions) {
    this.#options = options
    this.#url = logsUrl(options.endpoint)
  }

  /**
   * The body of a 2xx answer.
   * @throws PermanentError for 400, 413 and 422
   * @throws RetryableError for every other answer, a timeout, a lost or refused connection, a certificate that is not valid
   */
  async post(body: Buffer, headers: Record<string, string>, signal: AbortSignal): Promise<Buffer> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.#options.timeout)])
    try {
      const dispatcher = await this.#dispatcher()
      const { origin, pathname, search } = this.#url
      const path = pathname + search
      const answer = await dispatcher.request({
        origin,
        path,
        method: 'POST',
        headers,
        body,
        signal: deadline,
      })
      const content = await readAnswer(answer)
      if (answer.statusCode >= 200 && answer.statusCode < 300) return content
      throw refusal(answer, content, this.#url)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof PermanentError || error instanceof RetryableError) throw error
      throw this.#failure(error, deadline)
    }
  }

  async close(): Promise<void> {
    const agent = await this.#agent?.catch(() => undefined)
    await agent?.destroy()
  }

  #failure(error: unknown, deadline: AbortSignal): RetryableError {
    const where = displayed(this.#url)
    if (deadline.aborted) {
      return new RetryableError(`no answer from ${where} within ${this.#options.timeout} ms (timeout)`)
    }
    return new RetryableError(`cannot reach ${where}`, { cause: error, needsOperator: isTlsError(error) })
  }

  /** Certificates are read at the first request and again after a failure to read them, so an operator can repair them. */
  #dispatcher(): Promise<Dispatcher> {
    this.#agent ??= this.#connect().catch((error: unknown) => {
      this.#agent = undefined
      throw error
    })
    return this.#agent
  }

  async #connect(): Promise<Dispatcher> {
    const { tls, timeout } = this.#options
    const [ca, cert, key] = await Promise.all([
      readPem('tls.caFile', tls.caFile),
      readPem('tls.certFile', tls.certFile),
      readPem('tls.keyFile', tls.keyFile),
    ])
    return new Agent({
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout,
        rejectUnauthorized: !tls.insecureSkipVerify,
        ...(tls.serverName !== undefined && { servername: tls.serverName }),
        ...(ca !== undefined && { ca }),
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
      },
    })
  }
}

async function readPem(option: string, file: string | undefined): Promise<Buffer | undefined> {
  if (file === undefined) return undefined
  try {
    return await readFile(file)
  } catch (cause) {
    throw new RetryableError(`cannot read ${option} ${file}`, { cause, needsOperator: true })
  }
}

/** As the OTLP specification has it for base endpoints: /v1/logs is appended to it. */
function logsUrl(endpoint: string): URL {
  const url = new URL(endpoint)
  if (!url.pathname.endsWith('/v1/logs')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/logs`
  return url
}

/** Certificates do not repair themselves. Codes: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function isTlsError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/.test(code)
}

const displayed = (url: URL) => `${url.origin}${url.pathname}`

async function readAnswer(answer: Dispatcher.ResponseData): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_ANSWER) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function refusal(answer: Dispatcher.ResponseData, content: Buffer, url: URL): Error {
  const { statusCode } = answer
  const body = content
    .subarray(0, SHOWN_BODY)
    .toString()
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
  const message = `${displayed(url)} answered ${statusCode}${hint(statusCode)}${body && `: ${body}`}`
  if (statusCode === 400 || statusCode === 413 || statusCode === 422) return new PermanentError(message)
  const needsOperator = statusCode < 500 && statusCode !== 429 && statusCode !== 408
  return new RetryableError(message, {
    retryAfterMs: retryAfterMs(answer.headers['retry-after']),
    needsOperator,
  })
}

function hint(statusCode: number): string {
  if (statusCode === 401 || statusCode === 403) return ' (check headers, bearerTokenFile and tls.certFile)'
  if (statusCode === 404 || statusCode === 405) return ' (is the endpoint an OTLP/HTTP receiver?)'
  return ''
}

/** `Retry-After` is a number of seconds or an HTTP date. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header
  if (text === undefined) return undefined
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return ms > 0 ? ms : undefined
}
