import { retryAfterMs } from '../../http/retry-after.ts'
import { PermanentError, RetryableError } from '../../pipeline/errors.ts'
import { at } from './managed.ts'
import { isRepairable } from './repairable.ts'
import type { OpenSearchAnswer } from './request.ts'

/** How much of a reason is shown: it may quote the document. */
const SHOWN = 300

/** The error that an answer to a whole request stands for when its status is no success. */
export function refusal(what: string, answer: OpenSearchAnswer): PermanentError | RetryableError {
  const { status, headers, node } = answer
  const summary = `${node} answered ${what} with ${status}${hint(status)}`
  const message = `${summary}: ${reasonOf(answer)}`
  if (status === 413 || (status === 400 && isAboutContent(answer.body)))
    return new PermanentError(message, { summary })
  const needsOperator = status < 500 && status !== 429 && status !== 408
  return new RetryableError(message, {
    summary,
    retryAfterMs: retryAfterMs(headers['retry-after']),
    needsOperator,
  })
}

/** 400s without OpenSearch's kind of error come from a proxy or from another server: nothing is wrong with the events. */
function isAboutContent(body: unknown): boolean {
  const [type, reason] = [at(body, 'error', 'type'), at(body, 'error', 'reason')]
  return typeof type === 'string' && !isRepairable({ type, reason })
}

/** The error of an answer or of an item in a bulk's answer, in the words of OpenSearch or of what stands in front of it. */
export function reasonOf({ body }: Pick<OpenSearchAnswer, 'body'>): string {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : body
  return shortened(typeof error === 'object' && error !== null ? describeError(error) : String(error ?? ''))
}

/** What a field held, which belongs into no log. */
const PREVIEW = /\.? Preview of field's value: .*/s

interface OpenSearchError {
  readonly type?: unknown
  readonly reason?: unknown
  readonly caused_by?: OpenSearchError | null
}

/** `type: reason`, and the reason beneath it, which says what is wrong with a document; what others answer as it is. */
function describeError(error: OpenSearchError): string {
  const { type, reason, caused_by: cause } = error
  if (type === undefined) return JSON.stringify(error)
  const own = `${type}: ${String(reason).replace(PREVIEW, '')}`
  return cause === undefined || cause === null ? own : `${own}; ${describeError(cause)}`
}

const shortened = (text: string) => {
  const line = text.replace(/[^\x20-\x7e]+/g, ' ').trim()
  return line === '' ? 'no reason given' : line.slice(0, SHOWN)
}

function hint(status: number): string {
  if (status === 401) return ' (check username, password, headers, bearerTokenFile, aws and tls.certFile)'
  if (status === 403) return ' (the user lacks a right, or the cluster is blocked)'
  if (status === 404 || status === 405) return ' (is the endpoint an OpenSearch node?)'
  return ''
}
