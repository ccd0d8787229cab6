import type { ApiError, ApiResponse } from '@opensearch-project/opensearch/lib/Transport.js'
import type { AwsCredentials } from './aws-credentials.ts'
import type { OpenSearchAnswer } from './client.ts'
import { noAnswer, noAnswerInTime } from './no-answer.ts'
import type { OpenSearchOptions } from './options.ts'
import type { Transport } from './transport.ts'

/** A request as the transport takes it; `auth` is what its connections sign with. */
export interface TransportRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer | string
  readonly auth?: NonNullable<OpenSearchOptions['aws']> & { readonly credentials: AwsCredentials }
}

/**
 * One request and its answer, whichever its status.
 * @param deadline aborts after `timeout` milliseconds, or sooner
 * @throws RetryableError when there is no whole answer by then
 */
export async function exchange(
  transport: Transport,
  { headers, ...request }: TransportRequest,
  deadline: AbortSignal,
  timeout: number,
): Promise<OpenSearchAnswer> {
  deadline.throwIfAborted()
  const { promise, resolve } = Promise.withResolvers<[ApiError | null, ApiResponse]>()
  const asked = transport.request(request, { headers }, (...outcome) => resolve(outcome))
  const abort = () => asked.abort()
  deadline.addEventListener('abort', abort, { once: true })
  const [error, result] = await promise
  deadline.removeEventListener('abort', abort)

  const { connection } = result.meta
  const node = withoutPassword(connection.url)
  if (error === null || error.name === 'ResponseError') {
    const { statusCode, headers, body } = result
    return { status: statusCode ?? 0, headers: headers ?? {}, body, node }
  }
  // The transport does so for all other errors.
  if (error.name === 'RequestAbortedError') transport.connectionPool.markDead(connection)
  if (deadline.aborted || error.name === 'TimeoutError') throw noAnswerInTime(node, timeout)
  throw noAnswer(node, error.cause ?? error)
}

function withoutPassword({ origin, pathname }: URL): string {
  return origin + pathname.replace(/\/$/, '')
}
