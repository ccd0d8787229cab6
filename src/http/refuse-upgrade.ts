import type { ClientRequest } from 'node:http'

/** Makes an answer 101 an error of the request: without a listener Node.js closes the connection and says nothing at all. */
export function refuseUpgrade(request: ClientRequest): void {
  request.on('upgrade', (_, socket) => {
    socket.destroy()
    request.emit('error', new Error('it answered 101, to switch protocols, which nobody asked for'))
  })
}
