import type { SetupStep } from '../../pipeline/contracts.ts'
import type { OpenSearchAnswer } from './client.ts'
import { markOfPolicy } from './ism-policy.ts'
import { at, type JsonObject, reasonToLeave } from './managed.ts'
import { reasonOf } from './refusal.ts'
import { forbidden, type SetupCluster, stepOf } from './setup-cluster.ts'

/** Installs the policy, or brings it up to date. Events can be written without one, so nothing but a cluster that is down stops it. */
export async function policyStep(cluster: SetupCluster, name: string, body: JsonObject): Promise<SetupStep> {
  const what = `ISM policy ${name}`
  const path = `/_plugins/_ism/policies/${encodeURIComponent(name)}`
  const creation = { path, body }
  const answer = await cluster.look(path)
  if (answer.status === 403) return forbidden(what, answer, creation)
  if (answer.status !== 200 && answer.status !== 404) return skipped(what, answer)
  const found = at(answer.body, 'policy')
  if (answer.status === 200) {
    const left = reasonToLeave(markOfPolicy(found), { policy: found }, body)
    if (left !== undefined) return { what, ...left }
  }
  const [seqNo, term] = [at(answer.body, '_seq_no'), at(answer.body, '_primary_term')]
  const update = { path: `${path}?if_seq_no=${seqNo}&if_primary_term=${term}`, body }
  const change = answer.status === 404 ? creation : update
  const made = await cluster.change(change)
  if (cluster.lostRace(made)) return policyStep(cluster, name, body)
  if (made.status === 400 || made.status === 404 || made.status === 405) return skipped(what, made)
  if (answer.status === 404) return stepOf(what, 'created', change, made)
  // Index State Management gives each index a copy of the policy.
  const why =
    'backing indices that exist keep the former policy until `_plugins/_ism/change_policy` gives them this one'
  return { why, ...stepOf(what, 'updated', change, made) }
}

function skipped(what: string, answer: OpenSearchAnswer): SetupStep {
  const reason = reasonOf(answer)
  const isWithout = answer.status !== 400 || reason.includes('no handler found')
  const why = isWithout
    ? 'the cluster has no Index State Management, so audit events are neither rolled over nor deleted by age: see to it otherwise'
    : `OpenSearch refused it, so audit events are neither rolled over nor deleted by age: ${reason}`
  return { what, outcome: 'skipped', why }
}
