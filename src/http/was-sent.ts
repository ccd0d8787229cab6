import type { ClientRequest } from 'node:http'
import { setImmediate } from 'node:timers/promises'

/**
 * Whether all of a request was sent before its answer had ended. If not, its connection is closed: Node.js would wait, without
 * a limit, for the server to read the rest, and send what is in the body's memory by then.
 */
export async function wasSent(request: ClientRequest): Promise<boolean> {
  // With TLS, Node.js tells the end of a write one turn of the event loop later.
  if (!request.writableFinished) await setImmediate()
  if (request.writableFinished) return true
  request.destroy()
  return false
}
