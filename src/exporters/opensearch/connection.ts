import type { ClientRequest, IncomingMessage } from 'node:http'
import type * as official from '@opensearch-project/opensearch'
import { watchRequest } from '../../http/watch-request.ts'

/** The official client's class of connections. */
export type ConnectionClass = typeof official.Connection
type Request = ConnectionClass['prototype']['request']

const requests = new WeakMap<IncomingMessage, ClientRequest>()

/** The request that an answer on one of these connections answers. */
export const requestOf = (answer: IncomingMessage): ClientRequest | undefined => requests.get(answer)

/** Connections whose errors have the error of Node.js as their cause, and that print nothing. */
export function connectionClass(Base: ConnectionClass): ConnectionClass {
  return class extends Base {
    override request(...[params, callback]: Parameters<Request>): ReturnType<Request> {
      let cause: Error | undefined
      const request = super.request(params, (error, response) => {
        if (response !== null) requests.set(response, request)
        callback(error && Object.assign(error, { cause }), response)
      })
      watchRequest(request)
      // Before the client's own listener, which keeps only the message.
      request.prependListener('error', error => {
        cause = error
      })
      // The client adds one listener by this name, which writes errors after an answer to stdout.
      request.addListener = () => request.on('error', () => {})
      return request
    }
  }
}
