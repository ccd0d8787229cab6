import { chmod, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { Session, type SessionRights, type Shared } from './session.ts'

/**
 * Serves the database on a socket file, for its user alone. The caller holds the lock, so that a file which is there already
 * is of a process that has ended.
 * @returns ends all connections and removes the file
 * @throws Error when the path is too long for a socket, over 107 bytes
 */
export async function serveSocket(
  path: string,
  shared: Shared,
  rights: SessionRights,
): Promise<() => Promise<void>> {
  const clients = new Map<Socket, Session>()
  const server = createServer(socket => {
    const session = new Session(shared, rights, {
      send: bytes => void (socket.writable && socket.write(bytes)),
      end: () => socket.destroySoon(),
    })
    clients.set(socket, session)
    socket.on('data', bytes => session.receive(bytes))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      void session.close()
      clients.delete(socket)
    })
  })
  await rm(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  await chmod(path, 0o600)
  return async () => {
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    const sessions = [...clients.values()]
    for (const socket of clients.keys()) socket.destroy()
    await Promise.all([closed, ...sessions.map(session => session.close())])
  }
}
