import { isTlsError } from '../../http/tls-error.ts'
import { RetryableError } from '../../pipeline/errors.ts'
import type { OpenSearchAnswer } from './request.ts'

/** How much of something unexpected is shown. */
const SHOWN = 100

/** The error for a node that gave no whole answer, `cause` as Node.js has it. */
export function noAnswer(node: string, cause: unknown): RetryableError {
  if (!isTlsError(cause)) return new RetryableError(`cannot reach ${node}`, { cause })
  const message = `cannot make a TLS connection to ${node} (check tls.caFile, tls.serverName and tls.certFile)`
  return new RetryableError(message, { cause, needsOperator: true })
}

/** The error for a node that has had `timeout` to answer, in milliseconds. */
export function noAnswerInTime(node: string, timeout: number): RetryableError {
  return new RetryableError(`no answer from ${node} within ${timeout} ms (timeout)`)
}

/** The error for a success that OpenSearch did not answer: a login page, a proxy, half an answer. It acknowledges nothing. */
export function notItsAnswer({ node, status, headers, body }: OpenSearchAnswer): RetryableError {
  const type = headers['content-type'] ?? 'no content-type'
  const isJson = type.includes('json')
  const expected = isJson ? 'expected valid JSON' : 'expected JSON (is the endpoint an OpenSearch node?)'
  const summary = `${node} answered ${status} with ${type}, ${expected}`
  const found = JSON.stringify(String(body).slice(0, SHOWN))
  return new RetryableError(`${summary}, found ${found}`, { summary, needsOperator: !isJson })
}
