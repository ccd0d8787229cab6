import type { Log } from '../pipeline/log.ts'
import type { ConnectionOptions } from './connection-options.ts'
import type { Database } from './database.ts'
import { serverAddress } from './server-address.ts'

/**
 * The database that the options mean, for reading: the server of `url` or of DATABASE_URL, else the embedded one of the agent
 * whose `service.stateDir` is given: by its socket while an agent serves it, else directly.
 * @throws Error when `url` is no URL or there is no embedded database in the folder
 */
export async function openForReading(options: ConnectionOptions, stateDir: string): Promise<Database> {
  const url = urlOf(options)
  // Each is loaded only where it is used.
  if (url !== undefined) return (await import('./server-database.ts')).serverDatabase(url, options)
  const { openEmbeddedForReading } = await import('./embedded/open-embedded.ts')
  return openEmbeddedForReading(stateDir, options.statementTimeout)
}

/**
 * The database that the options mean, for an agent that holds `stateDir`: a server, or the embedded one, which it then serves.
 * @throws RetryableError when the embedded one cannot be opened, Error when `url` is no URL
 */
export async function openForWriting(
  options: ConnectionOptions,
  stateDir: string,
  log: Log,
): Promise<Database> {
  const url = urlOf(options)
  if (url !== undefined) {
    const { ignored } = serverAddress(url, options.tls)
    if (ignored.length > 0) log.warn(`not obeyed in the URL of PostgreSQL: ${ignored.join(', ')}`)
    return (await import('./server-database.ts')).serverDatabase(url, options)
  }
  const { openOwnEmbedded } = await import('./embedded/open-embedded.ts')
  return openOwnEmbedded(stateDir, options.statementTimeout, log)
}

/** The server's URL, or undefined for the embedded database. */
export function urlOf({ url }: Pick<ConnectionOptions, 'url'>): string | undefined {
  return url ?? (process.env.DATABASE_URL || undefined)
}
