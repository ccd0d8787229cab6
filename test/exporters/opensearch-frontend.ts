import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** What happens to a request instead of being passed on. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => void

/** A proxy, as stands in front of many clusters; or one node of a cluster. It breaks as told. */
export interface Frontend {
  readonly endpoint: string
  /** Requests that came. */
  requests(): number
  /** Breaks the next requests, all of them unless told how many. */
  breakWith(fault: Fault, requests?: number): void
  repair(): void
  /** Cuts its connections and refuses new ones. */
  stop(): Promise<void>
  /** On the port it had. */
  start(): Promise<void>
}

/** Starts one of 127.0.0.1 that passes requests on to `backend`; it ends with the test. */
export async function startFrontend(
  t: TestContext,
  backend: { readonly endpoint: string },
  tls?: ServerOptions,
): Promise<Frontend> {
  let requests = 0
  let fault: Fault | undefined
  let broken = 0
  const handle: Fault = (incoming, response) => {
    requests++
    if (fault !== undefined && broken-- > 0) fault(incoming, response)
    else passOn(backend.endpoint, incoming, response)
  }
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle)
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const stop = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  await listen(0)
  t.after(stop)
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests: () => requests,
    breakWith: (next, count = Number.POSITIVE_INFINITY) => {
      fault = next
      broken = count
    },
    repair: () => {
      fault = undefined
    },
    stop,
    start: () => listen(port),
  }
}

function passOn(endpoint: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method = '', headers, url = '' } = incoming
  const passed = request(new URL(url, endpoint), { method, headers, agent: false })
  passed.on('response', answer => {
    response.writeHead(answer.statusCode ?? 0, answer.headers)
    answer.pipe(response)
  })
  passed.on('error', () => response.destroy())
  incoming.pipe(passed)
}

/** Answers so, after the request has come. */
export function answering(status: number, contentType: string, body: string): Fault {
  return (incoming, response) => {
    incoming.resume().on('end', () => response.writeHead(status, { 'content-type': contentType }).end(body))
  }
}

/** Never answers. */
export const hanging: Fault = incoming => void incoming.resume()
