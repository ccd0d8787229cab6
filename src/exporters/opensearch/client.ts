import { withDeadline } from '../../http/deadline.ts'
import { areReplaced, readTlsFiles, type TlsFiles } from '../../http/tls-files.ts'
import { Credentials, withoutSecrets } from './credentials.ts'
import { exchange } from './exchange.ts'
import { noAnswerInTime, notItsAnswer } from './no-answer.ts'
import type { OpenSearchOptions } from './options.ts'
import type { OpenSearchAnswer, OpenSearchRequest } from './request.ts'
import { openTransport, type Transport } from './transport.ts'

/** Longest answer that is read, in bytes. */
const LONGEST_ANSWER = 16 * 1024 * 1024
/** The same in bytes of a bulk: each of its items may be refused, with a reason that is longer than a short document. */
const LONGEST_TO_BULK = 8

interface Opened {
  readonly transport: Transport
  readonly files: TlsFiles
}

/** Asks one cluster, one attempt a request. */
export class OpenSearchClient {
  readonly #options: OpenSearchOptions
  readonly #credentials: Credentials
  #opened: Promise<Opened> | undefined

  constructor(options: OpenSearchOptions) {
    this.#options = options
    this.#credentials = new Credentials(options)
  }

  /**
   * Whatever was answered, whichever its status.
   * @throws RetryableError when there was no answer in time, or a 2xx that OpenSearch does not give, or when a credential or
   * certificate is missing or wrong
   */
  request(request: OpenSearchRequest, signal: AbortSignal): Promise<OpenSearchAnswer> {
    const { timeout } = this.#options
    return withDeadline(signal, timeout, async deadline => {
      try {
        return await this.#request(request, deadline)
      } catch (error) {
        signal.throwIfAborted()
        if (error !== deadline.reason) throw error
        throw noAnswerInTime('the source of credentials', timeout)
      }
    })
  }

  async close(): Promise<void> {
    const opening = this.#opened
    this.#opened = undefined
    const opened = await opening?.catch(() => undefined)
    for (const { agent } of opened?.transport.connectionPool.connections ?? []) agent.destroy()
  }

  async #request(request: OpenSearchRequest, deadline: AbortSignal): Promise<OpenSearchAnswer> {
    const { aws, timeout, maxRequestSize } = this.#options
    const proof = await beforeAbort(deadline, this.#credentials.prove())
    const opened = await this.#open()
    const headers = { ...proof.headers, ...request.headers }
    const auth = aws && proof.aws && { auth: { ...aws, credentials: proof.aws } }
    const limits = { timeout, longest: Math.max(LONGEST_ANSWER, LONGEST_TO_BULK * maxRequestSize) }
    const asked = exchange(opened.transport, { ...request, headers, ...auth }, deadline, limits)
    const answer = await asked.catch(async (error: unknown) => {
      await this.#closeIfReplaced(opened)
      throw error
    })
    if (answer.status < 300 && typeof answer.body === 'object') return answer
    const shown = { ...answer, body: withoutSecrets(answer.body, proof.secrets) }
    if (answer.status < 300) throw notItsAnswer(shown)
    if (answer.status === 401 || answer.status === 403) this.#credentials.refused()
    await this.#closeIfReplaced(opened)
    return shown
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#read().catch((error: unknown) => {
      this.#opened = undefined
      throw error
    })
    return this.#opened
  }

  async #read(): Promise<Opened> {
    const files = await readTlsFiles(this.#options.tls)
    return { transport: await openTransport(this.#options, files), files }
  }

  /** After a failure: an operator may have repaired certificates, or have renewed those that expired. */
  async #closeIfReplaced(opened: Opened): Promise<void> {
    const isReplaced = await areReplaced(opened.files, this.#options.tls)
    if (isReplaced && (await this.#opened) === opened) await this.close()
  }
}

async function beforeAbort<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
