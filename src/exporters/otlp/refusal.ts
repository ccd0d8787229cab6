import { secretWords, withoutWords } from '../../http/hidden.ts'
import { retryAfterMs } from '../../http/retry-after.ts'
import { PermanentError, RetryableError } from '../../pipeline/errors.ts'

/** How much of an error's body is shown; the rest may hold anything. */
const SHOWN_BODY = 300
/** How much of it is looked at. */
const MOST_BODY = 10_000

/** The error that an answer other than 2xx stands for. https://opentelemetry.io/docs/specs/otlp/#failures-1 */
export function refusal(
  status: number,
  retryAfter: string | undefined,
  content: Buffer,
  url: string,
  secrets: readonly string[],
): PermanentError | RetryableError {
  const shown = withoutWords(secretWords(secrets), content.subarray(0, MOST_BODY).toString()).slice(
    0,
    SHOWN_BODY,
  )
  const body = shown.replace(/[^\x20-\x7e]+/g, ' ').trim()
  const summary = `${url} answered ${status}${hint(status)}`
  const message = `${summary}${body && `: ${body}`}`
  if (status === 400 || status === 413 || status === 422) return new PermanentError(message, { summary })
  const needsOperator = status < 500 && status !== 429 && status !== 408
  return new RetryableError(message, { summary, retryAfterMs: retryAfterMs(retryAfter), needsOperator })
}

function hint(status: number): string {
  if (status === 401 || status === 403) return ' (check headers, bearerTokenFile and tls.certFile)'
  if (status === 404 || status === 405) return ' (is the endpoint an OTLP/HTTP receiver?)'
  return ''
}
