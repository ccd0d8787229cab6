import { readDate } from '../../http/read-date.ts'
import type { Probe } from '../../pipeline/contracts.ts'
import type { OpenSearchClient } from './client.ts'
import { at } from './managed.ts'
import { refusal } from './refusal.ts'

/** Asks a node who it is. A user who may not know that is known to it, which is what counts. @throws RetryableError when it is away or refuses the credentials */
export async function probe(client: OpenSearchClient, signal: AbortSignal): Promise<Probe> {
  const answer = await client.request({ method: 'GET', path: '/' }, signal)
  const { status, headers, body, node } = answer
  const time = readDate(headers.date)
  if (status === 403) return { answered: `${node} knows the user, who may not ask for its version`, time }
  if (status !== 200) throw refusal('GET /', answer)
  const version = at(body, 'version', 'number')
  if (typeof version !== 'string') {
    const problem = 'it does not say that it is OpenSearch: expected a version.number in its answer'
    return { answered: `${node} answered`, problem, time }
  }
  const name = at(body, 'version', 'distribution') ?? 'elasticsearch'
  return { answered: `${node} is ${name} ${version}, cluster ${at(body, 'cluster_name')}`, time }
}
