import { readFile } from 'node:fs/promises'
import type { ClientRequest } from 'node:http'
import type * as official from '@opensearch-project/opensearch'
import { RetryableError } from '../../pipeline/errors.ts'
import { awsCredentials } from './aws-credentials.ts'
import type { OpenSearchOptions } from './options.ts'

/** How long a node that did not answer is left alone while another one does, in milliseconds. */
const DEAD_MS = 10_000

type Transport = InstanceType<typeof official.Transport>
type ConnectionClass = typeof official.Connection

/**
 * The transport of OpenSearch's own client: its connections, failover between nodes, TLS and signatures, and none of its
 * retries. Loaded when it is needed, and only this part: all of the client costs 220 ms of CPU and 29 MB.
 * @throws RetryableError when a certificate cannot be read
 */
export async function openTransport(options: OpenSearchOptions): Promise<Transport> {
  const [Connection, ConnectionPool, Serializer, TransportClass] = await Promise.all([
    load<ConnectionClass>('Connection'),
    load<typeof official.ConnectionPool>('pool/ConnectionPool'),
    load<typeof official.Serializer>('Serializer'),
    load<typeof official.Transport>('Transport'),
  ])
  const signing = options.aws === undefined ? {} : await signer(options.aws)
  const emit = () => true
  const connectionPool = new ConnectionPool({
    emit,
    ssl: await tlsOptions(options.tls),
    Connection: quiet(signing.Connection ?? Connection),
    resurrectStrategy: 'optimistic',
  })
  // Not in the declared type, but how long a dead node is not asked, doubled each time up to 32 times.
  Object.assign(connectionPool, { resurrectTimeout: DEAD_MS, resurrectTimeoutCutoff: 2 })
  for (const endpoint of options.endpoints) connectionPool.addConnection(endpoint)
  return new (signing.Transport ?? TransportClass)({
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

/** The client writes what happens to a connection after an answer to stdout, where nobody asked for it. */
function quiet(Base: ConnectionClass): ConnectionClass {
  return class extends Base {
    constructor(...options: ConstructorParameters<ConnectionClass>) {
      super(...options)
      const make = this.makeRequest as (options: object) => ClientRequest
      this.makeRequest = (options: object) => {
        const request = make(options)
        // Only the listener that prints is added by this name.
        request.addListener = () => request.on('error', () => {})
        return request
      }
    }
  }
}

interface Signing {
  readonly Connection?: ConnectionClass
  readonly Transport?: typeof official.Transport
}

async function signer({ region, service }: NonNullable<OpenSearchOptions['aws']>): Promise<Signing> {
  const { AwsSigv4Signer } = await import('@opensearch-project/opensearch/aws-v3')
  return AwsSigv4Signer({ region, service, getCredentials: awsCredentials }) as Signing
}

async function tlsOptions(tls: OpenSearchOptions['tls']) {
  const [ca, cert, key] = await Promise.all([
    readPem('tls.caFile', tls.caFile),
    readPem('tls.certFile', tls.certFile),
    readPem('tls.keyFile', tls.keyFile),
  ])
  return {
    rejectUnauthorized: !tls.insecureSkipVerify,
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  }
}

async function readPem(option: string, file: string | undefined): Promise<Buffer | undefined> {
  if (file === undefined) return undefined
  try {
    return await readFile(file)
  } catch (cause) {
    throw new RetryableError(`cannot read ${option} ${file}`, { cause, needsOperator: true })
  }
}
