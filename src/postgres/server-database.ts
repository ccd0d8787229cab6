import { checkServerIdentity, type ConnectionOptions as TlsConnection } from 'node:tls'
import { readSecret } from '../http/secret-file.ts'
import { readTlsFiles } from '../http/tls-files.ts'
import type { TlsOptions } from '../http/tls-options.ts'
import { Connection } from './connection.ts'
import type { ConnectionOptions } from './connection-options.ts'
import type { Database } from './database.ts'
import { PooledDatabase } from './pooled-database.ts'
import { serverAddress } from './server-address.ts'

/** The database of a URL. Connects when it is first used. @throws Error when it is no URL */
export function serverDatabase(url: string, options: ConnectionOptions): Database {
  const { tls, place, ignored: _, ...address } = serverAddress(url, options.tls)
  const { passwordFile, poolSize, connectTimeout, statementTimeout } = options
  const settings = [`statement_timeout=${statementTimeout}`, 'timezone=UTC', 'datestyle=ISO']
  return new PooledDatabase({
    place,
    size: poolSize,
    connectTimeout,
    statementTimeout,
    // Files are read for each connection, so that what is replaced is used at once.
    connect: async signal =>
      Connection.open(
        {
          ...Object.fromEntries(Object.entries(address).filter(([, value]) => value !== undefined)),
          ...(passwordFile !== undefined && { password: await readSecret('passwordFile', passwordFile) }),
          ssl: tls === undefined ? false : await tlsConnection(tls),
          options: settings.map(setting => `-c ${setting}`).join(' '),
          application_name: 'auditship',
          keepAlive: true,
        },
        signal,
      ),
  })
}

async function tlsConnection(tls: TlsOptions): Promise<TlsConnection> {
  const { insecureSkipVerify, serverName } = tls
  return {
    ...(await readTlsFiles(tls)),
    rejectUnauthorized: !insecureSkipVerify,
    // pg asks for the host of the URL, whatever `servername` says.
    ...(serverName !== undefined && {
      checkServerIdentity: (_host, certificate) => checkServerIdentity(serverName, certificate),
    }),
  }
}
