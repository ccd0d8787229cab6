import type { TlsOptions } from '../http/tls-options.ts'
import type { ConnectionOptions } from './connection-options.ts'

/** Where a server is and how to speak to it; undefined is what PGHOST, PGUSER and the like say, or their defaults. */
export interface ServerAddress {
  readonly host: string | undefined
  readonly port: number | undefined
  readonly user: string | undefined
  readonly password: string | undefined
  readonly database: string | undefined
  /** Undefined: not encrypted. */
  readonly tls: TlsOptions | undefined
  /** The URL without user, password and parameters, for messages. */
  readonly place: string
}

/**
 * A URL as libpq takes it: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS. Stricter in one
 * thing: `sslmode=require` checks the certificate; `no-verify` does not.
 * @throws Error when it is no URL; the message does not quote it
 */
export function serverAddress(url: string, tls: ConnectionOptions['tls']): ServerAddress {
  const parsed = URL.parse(url)
  if (parsed === null)
    throw new Error('url or DATABASE_URL is no URL, expected postgres://user@host:5432/database')
  const parameter = (name: string) => parsed.searchParams.get(name) ?? undefined
  const shown = decoded(parsed.hostname) ?? parameter('host')
  const port = parsed.port || parameter('port')
  const database = decoded(parsed.pathname.slice(1)) ?? parameter('dbname')
  return {
    host: shown?.replace(/^\[(.*)\]$/, '$1'), // an IPv6 address
    port: port === undefined ? undefined : Number(port),
    user: decoded(parsed.username) ?? parameter('user'),
    password: decoded(parsed.password) ?? parameter('password'),
    database,
    tls: tls ?? tlsOf(parameter),
    place: `postgres://${shown ?? 'localhost'}${port ? `:${port}` : ''}/${database ?? ''}`,
  }
}

function tlsOf(parameter: (name: string) => string | undefined): TlsOptions | undefined {
  const mode = parameter('sslmode') ?? 'disable'
  if (['disable', 'allow', 'prefer'].includes(mode)) return undefined
  const [caFile, certFile, keyFile] = ['sslrootcert', 'sslcert', 'sslkey'].map(parameter)
  const files = { ...(caFile && { caFile }), ...(certFile && { certFile }), ...(keyFile && { keyFile }) }
  return { insecureSkipVerify: mode === 'no-verify', ...files }
}

const decoded = (text: string) => (text === '' ? undefined : decodeURIComponent(text))
