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
  /** Parameters of the URL that are not obeyed. */
  readonly ignored: readonly string[]
  /** The URL without user, password and parameters, for messages. */
  readonly place: string
}

/**
 * A URL as libpq takes it: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS. Stricter in one
 * thing: `sslmode=require` checks the certificate; `no-verify` does not.
 * @throws Error when it is no such URL, or has several hosts; the message does not quote it
 */
export function serverAddress(url: string, tls: ConnectionOptions['tls']): ServerAddress {
  const parsed = URL.parse(url)
  const parameter = (name: string) => parsed?.searchParams.get(name) ?? undefined
  const hosts = /^\w+:\/\/([^/?#]*)/.exec(url)?.[1]?.split('@').at(-1)
  if (hosts?.includes(',') || parameter('host')?.includes(',')) throw new Error(SEVERAL_HOSTS)
  if (parsed === null)
    throw new Error('url or DATABASE_URL is no URL, expected postgres://user@host:5432/database')
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
    ignored: [...new Set(parsed.searchParams.keys())].filter(name => !PARAMETERS.has(name)),
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

/** Parameters of libpq's that are obeyed. */
const PARAMETERS = new Set([
  'host',
  'port',
  'dbname',
  'user',
  'password',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
])

const SEVERAL_HOSTS =
  'url or DATABASE_URL names several hosts, expected one: the address that leads to the primary, of a proxy or a service'

function decoded(text: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text)
  } catch {
    throw new Error(
      'url or DATABASE_URL has a % that is no escape, in user, password, host or database: write % as %25',
    )
  }
}
