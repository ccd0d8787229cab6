import type * as official from '@opensearch-project/opensearch'
import type { TlsFiles } from '../../http/tls-files.ts'
import { type ConnectionClass, connectionClass } from './connection.ts'
import { nodePoolClass, type PoolClass } from './node-pool.ts'
import type { OpenSearchOptions } from './options.ts'

/** The official client's transport. */
export type Transport = InstanceType<typeof official.Transport>

/**
 * The transport of OpenSearch's own client: its connections, choice of nodes, TLS and signatures, and none of its
 * retries. Loaded when it is needed, and only this part: all of the client costs 220 ms of CPU and 29 MB.
 */
export async function openTransport(options: OpenSearchOptions, files: TlsFiles): Promise<Transport> {
  const [Connection, ConnectionPool, Serializer, TransportClass] = await Promise.all([
    options.aws === undefined ? load<ConnectionClass>('Connection') : signingConnection(options.aws),
    load<PoolClass>('pool/ConnectionPool'),
    load<typeof official.Serializer>('Serializer'),
    load<typeof official.Transport>('Transport'),
  ])
  const Pool = nodePoolClass(ConnectionPool, options.timeout)
  const emit = () => true
  const { insecureSkipVerify, serverName: servername } = options.tls
  const ssl = { rejectUnauthorized: !insecureSkipVerify, ...(servername && { servername }), ...files }
  const connectionPool = new Pool({
    emit,
    ssl,
    Connection: connectionClass(Connection),
    resurrectStrategy: 'none',
  })
  const endpoints = new Set(options.endpoints.map(endpoint => new URL(endpoint).href))
  for (const endpoint of endpoints) connectionPool.addConnection(endpoint)
  return new TransportClass({
    emit,
    connectionPool,
    serializer: new Serializer(),
    maxRetries: 0,
    requestTimeout: options.timeout,
    sniffEndpoint: '',
    headers: {},
  })
}

/** The package exports its folder `lib`, whose modules have no types that fit them as CommonJS. */
async function load<T>(module: string): Promise<T> {
  const loaded: { default: T } = await import(`@opensearch-project/opensearch/lib/${module}.js`)
  return loaded.default
}

/** A connection that signs each request with the credentials in its parameter `auth`. */
async function signingConnection({
  region,
  service,
}: NonNullable<OpenSearchOptions['aws']>): Promise<ConnectionClass> {
  const { AwsSigv4Signer } = await import('@opensearch-project/opensearch/aws-v3')
  const signing: { Connection?: ConnectionClass } = AwsSigv4Signer({ region, service })
  if (signing.Connection === undefined) throw new Error('expected a Connection of AwsSigv4Signer')
  return signing.Connection
}
