import type { IncomingMessage } from 'node:http'
import { RetryableError } from '../../pipeline/errors.ts'
import { type PartialSuccess, readPartialSuccess } from './partial-success.ts'

/** An answer larger than this is none of OTLP's; the rest is not looked at. */
const MAX_ANSWER = 1024 * 1024

/** The whole body of an answer, or its beginning. @throws Error when the connection is closed before its end */
export function readAnswer(answer: IncomingMessage): Promise<Buffer> {
  // An async iterator would take three times as long for the few bytes.
  const chunks: Buffer[] = []
  let length = 0
  return new Promise((resolve, reject) => {
    answer
      .on('data', (chunk: Buffer) => {
        if (length < MAX_ANSWER) chunks.push(chunk)
        length += chunk.length
      })
      .on('end', () => resolve(Buffer.concat(chunks)))
      .on('error', reject)
      .on('close', () => {
        if (!answer.complete) reject(new Error('the connection was closed before the answer had ended'))
      })
  })
}

/**
 * The partial success that a 2xx answer holds.
 * @throws RetryableError when it is none of OTLP's: whatever else stands in front of the backend, such as a login page, may answer 200 as well
 */
export function partialSuccessIn(
  { statusCode, headers }: IncomingMessage,
  content: Buffer,
  url: string,
): PartialSuccess | undefined {
  if (content.length === 0) return undefined
  const type = headers['content-type'] ?? 'no content-type'
  const [, format] = /^application\/(json|x-protobuf)\b/.exec(type) ?? []
  const answered = `${url} answered ${statusCode} with ${type}`
  if (format === undefined)
    throw new RetryableError(
      `${answered}, expected application/x-protobuf or application/json (is the endpoint an OTLP/HTTP receiver?)`,
      { needsOperator: true },
    )
  try {
    return readPartialSuccess(content, format === 'json' ? 'json' : 'protobuf')
  } catch (cause) {
    throw new RetryableError(`${answered}, expected an ExportLogsServiceResponse of OTLP`, { cause })
  }
}
