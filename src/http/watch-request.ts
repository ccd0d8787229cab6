import type { ClientRequest } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'

/** Requests whose last byte the system has taken. */
const sent = new WeakSet<ClientRequest>()
const guarded = new WeakSet<Socket>()

/**
 * Notes whether all of a request is sent, for `wasSent`, and makes an error of an answer 101, of which Node.js would say nothing.
 * To be called in the turn of the event loop that makes the request: later it may have been sent.
 */
export function watchRequest(request: ClientRequest): void {
  // `writableFinished` is no such note: before Node.js 24 a write that fails makes it true, and so does its connection's next request.
  request.on('finish', () => {
    if (request.socket?.errored === null) sent.add(request)
  })
  request.on('upgrade', (_, socket) => {
    socket.destroy()
    request.emit('error', new Error('it answered 101, to switch protocols, which nobody asked for'))
  })
  request.on('socket', guard)
}

/**
 * Whether all of a watched request was sent before its answer had ended. If not, its connection is closed: Node.js would wait,
 * without a limit, for the server to read the rest, and send what is in the body's memory by then.
 */
export async function wasSent(request: ClientRequest): Promise<boolean> {
  // With TLS, Node.js tells the end of a write one turn of the event loop later.
  if (!sent.has(request)) await setImmediate()
  if (sent.has(request)) return true
  request.destroy()
  return false
}

/** Before Node.js 24 a connection whose write fails after the answer has nobody who hears of it, which ends the process. */
function guard(socket: Socket): void {
  if (guarded.has(socket)) return
  guarded.add(socket)
  socket.on('error', () => {})
}
