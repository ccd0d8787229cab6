import { readFileSync } from 'node:fs'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { text } from 'node:stream/consumers'

/** A user of the security plugin's demonstration, whose password is the name; `nobody` sends no password. */
export type OpenSearchUser = 'admin' | 'readall' | 'logstash' | 'nobody'

/** What OpenSearch answered, whatever the status. `body` is parsed when it is JSON, else the text; the test says what it expects. */
export interface OpenSearchAnswer<Body> {
  readonly status: number
  readonly body: Body
}

/**
 * Sends a request. A string is sent as it is, as lines of JSON, for `_bulk`; every other body as JSON.
 * @param caFile certificate of the authority to trust, for https
 * @throws Error when there is no answer
 */
export async function requestJson<Body = unknown>(
  url: URL,
  caFile: string | undefined,
  user: OpenSearchUser,
  method: string,
  body?: unknown,
): Promise<OpenSearchAnswer<Body>> {
  const { promise, resolve, reject } = Promise.withResolvers<OpenSearchAnswer<Body>>()
  const headers = {
    ...(user !== 'nobody' && { authorization: `Basic ${btoa(`${user}:${user}`)}` }),
    ...(body !== undefined && {
      'content-type': `application/${typeof body === 'string' ? 'x-ndjson' : 'json'}`,
    }),
  }
  const options = { method, headers, agent: false as const }
  const sent = caFile
    ? requestHttps(url, { ...options, ca: readFileSync(caFile) })
    : requestHttp(url, options)
  sent.on('error', reject)
  sent.on('response', response => {
    const isJson = response.headers['content-type']?.includes('json')
    text(response)
      .then(received => (isJson ? JSON.parse(received) : received))
      .then(body => resolve({ status: response.statusCode ?? 0, body }))
      .catch(reject)
  })
  sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body))
  return promise
}
