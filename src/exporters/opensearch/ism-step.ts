import type { SetupStep } from '../../pipeline/contracts.ts'
import { markOfPolicy } from './ism-policy.ts'
import { at, type JsonObject, revision } from './managed.ts'
import { reasonOf } from './refusal.ts'
import type { OpenSearchAnswer } from './request.ts'
import { forbidden, type SetupCluster, stepOf } from './setup-cluster.ts'

/** Index State Management gives each index a copy of the policy when it is made. */
const KEPT =
  'backing indices that exist keep the former policy until `_plugins/_ism/change_policy` gives them this one'

/**
 * Installs the policy, or brings it up to date. Events can be written without one, so nothing but a cluster that is down
 * stops it.
 * @param stream the data stream of this agent, which may be there already
 */
export async function policyStep(
  cluster: SetupCluster,
  name: string,
  body: JsonObject,
  stream: string,
): Promise<SetupStep> {
  const what = `ISM policy ${name}`
  const path = `/_plugins/_ism/policies/${encodeURIComponent(name)}`
  const answer = await cluster.look(path)
  if (answer.status === 403) return forbidden(what, answer, { path, body })
  if (answer.status !== 200 && answer.status !== 404) return skipped(what, answer)
  const isNew = answer.status === 404
  const found = at(answer.body, 'policy')
  const marks = { there: markOfPolicy(found), own: markOfPolicy(body.policy) }
  const revised = isNew ? undefined : revision({ policy: found }, body, marks)
  if (revised?.left !== undefined) return { what, ...revised.left }
  const [seqNo, term] = [at(answer.body, '_seq_no'), at(answer.body, '_primary_term')]
  const change = { path: isNew ? path : `${path}?if_seq_no=${seqNo}&if_primary_term=${term}`, body }
  const made = await cluster.change(change)
  if (cluster.lostRace(made)) return policyStep(cluster, name, body, stream)
  if (made.status === 400 || made.status === 404 || made.status === 405) return skipped(what, made)
  if (!isNew)
    return { why: [revised?.why, KEPT].filter(Boolean).join('; '), ...stepOf(what, 'updated', change, made) }
  const why = await unmanaged(cluster, name, stream)
  return { ...(why !== undefined && { why }), ...stepOf(what, 'created', change, made) }
}

/** A new policy takes indices that are made after it; what to say about those that are there, undefined when none is. */
async function unmanaged(cluster: SetupCluster, name: string, stream: string): Promise<string | undefined> {
  const answer = await cluster.look(`/_data_stream/${encodeURIComponent(stream)}`)
  if (answer.status !== 200 || at(answer.body, 'data_streams', 0, 'indices', 0) === undefined)
    return undefined
  const request = `POST _plugins/_ism/add/${stream} {"policy_id":"${name}"}`
  return `the indices of ${stream} are older, so they are neither rolled over nor deleted before \`${request}\``
}

function skipped(what: string, answer: OpenSearchAnswer): SetupStep {
  const reason = reasonOf(answer)
  const isWithout = answer.status !== 400 || reason.includes('no handler found')
  const why = isWithout
    ? 'the cluster has no Index State Management, so audit events are neither rolled over nor deleted by age: see to it otherwise'
    : `OpenSearch refused it, so audit events are neither rolled over nor deleted by age: ${reason}`
  return { what, outcome: 'skipped', why }
}
