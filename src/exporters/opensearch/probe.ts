import { readDate } from '../../http/read-date.ts'
import type { Probe } from '../../pipeline/contracts.ts'
import { RetryableError } from '../../pipeline/errors.ts'
import { OpenSearchClient } from './client.ts'
import { at } from './managed.ts'
import type { OpenSearchOptions } from './options.ts'
import { refusal } from './refusal.ts'

/** Asks all endpoints at once; the first that answers is enough. @throws the error of each when none does */
export async function probe(options: OpenSearchOptions, signal: AbortSignal): Promise<Probe> {
  const clients = options.endpoints.map(endpoint => ({
    endpoint,
    client: new OpenSearchClient({ ...options, endpoints: [endpoint] }),
  }))
  try {
    return await Promise.any(clients.map(({ endpoint, client }) => probeOne(endpoint, client, signal)))
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error
    throw error.errors.length === 1 ? error.errors[0] : new AggregateError(error.errors, '')
  } finally {
    await Promise.all(clients.map(({ client }) => client.close()))
  }
}

async function probeOne(endpoint: string, client: OpenSearchClient, signal: AbortSignal): Promise<Probe> {
  try {
    return await probeNode(client, signal)
  } catch (error) {
    if (!signal.aborted) throw error
    throw new RetryableError(`no answer from ${endpoint}`, { cause: signal.reason })
  }
}

/** Asks a node who it is. A user who may not know that is known to it, which is what counts. @throws RetryableError when it is away or refuses the credentials */
async function probeNode(client: OpenSearchClient, signal: AbortSignal): Promise<Probe> {
  const answer = await client.request({ method: 'GET', path: '/' }, signal)
  const { status, headers, body, node } = answer
  const time = readDate(headers.date)
  if (status === 403) return { answered: `${node} knows the user, who may not ask for its version`, time }
  if (status !== 200) throw refusal('GET /', answer)
  const version = at(body, 'version', 'number')
  if (typeof version !== 'string') {
    const expected = 'expected a version.number in its answer (check endpoints)'
    throw new RetryableError(`${node} does not say that it is OpenSearch: ${expected}`)
  }
  const name = at(body, 'version', 'distribution') ?? 'elasticsearch'
  return { answered: `${node} is ${name} ${version}, cluster ${at(body, 'cluster_name')}`, time }
}
