import type * as official from '@opensearch-project/opensearch'

/** The official client's class of connections. */
export type ConnectionClass = typeof official.Connection
type Request = ConnectionClass['prototype']['request']

/** Connections whose errors have the error of Node.js as their cause, and that print nothing. */
export function connectionClass(Base: ConnectionClass): ConnectionClass {
  return class extends Base {
    override request(...[params, callback]: Parameters<Request>): ReturnType<Request> {
      let cause: Error | undefined
      const request = super.request(params, (error, response) => {
        callback(error && Object.assign(error, { cause }), response)
      })
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
