import type { SetupStep } from '../../pipeline/contracts.ts'
import { at, type JsonObject, type Marked, revision } from './managed.ts'
import { reasonOf } from './refusal.ts'
import type { OpenSearchAnswer } from './request.ts'
import { forbidden, type SetupCluster, stepOf, unexpected } from './setup-cluster.ts'
import type { Template } from './templates.ts'

/** The step of a template, and whether it is not there and may not be made. */
export interface TemplateStep extends SetupStep {
  readonly isMissing: boolean
}

/** Installs a template, or brings it up to date. */
export async function templateStep(cluster: SetupCluster, template: Template): Promise<TemplateStep> {
  const { what, path, body, place, isShared } = template
  const answer = await cluster.look(path)
  const creation = { path: `${path}?create=true`, body }
  if (answer.status === 403) return { ...forbidden(what, answer, creation), isMissing: false }
  if (answer.status === 404) {
    const made = await cluster.change(creation)
    if (cluster.lostRace(made)) return templateStep(cluster, template)
    return { ...stepOf(what, 'created', creation, made), isMissing: made.status === 403 }
  }
  if (answer.status !== 200) throw unexpected(path, answer)
  const found = at(answer.body, ...place)
  const revised = revision(found, body, { there: at(found, '_meta'), own: body._meta }, isShared)
  if (revised.left !== undefined) return { what, ...revised.left, isMissing: false }
  const update = { path, body: revised.body }
  const step = stepOf(what, 'updated', update, await cluster.change(update))
  return { ...(revised.why !== undefined && { why: revised.why }), ...step, isMissing: false }
}

/** Makes the index, or adds new fields to it. */
export async function indexStep(
  cluster: SetupCluster,
  name: string,
  settings: JsonObject,
  mapping: Marked,
): Promise<SetupStep> {
  const what = `index ${name}`
  const path = `/${encodeURIComponent(name)}`
  const creation = { path, body: { settings, mappings: mapping } }
  const answer = await cluster.look(`${path}/_mapping`)
  if (answer.status === 403) return forbidden(what, answer, creation)
  if (answer.status !== 404) return mappingStep(cluster, what, answer, `${path}/_mapping`, mapping)
  const made = await cluster.change(creation)
  return cluster.lostRace(made)
    ? indexStep(cluster, name, settings, mapping)
    : stepOf(what, 'created', creation, made)
}

/** Brings the mapping of an index up to date. */
export async function mappingStep(
  cluster: SetupCluster,
  what: string,
  current: OpenSearchAnswer,
  path: string,
  mapping: Marked,
): Promise<SetupStep> {
  if (current.status === 403) return forbidden(what, current, { path, body: mapping })
  if (current.status !== 200) throw unexpected(path, current)
  const found = at(Object.values(current.body ?? {})[0], 'mappings')
  const marks = { there: at(found, '_meta'), own: mapping._meta }
  const revised = revision(found, mapping, marks, true)
  if (revised.left !== undefined) return { what, ...revised.left }
  const update = { path, body: revised.body }
  const answer = await cluster.change(update)
  // The type of a field that exists cannot be changed.
  if (answer.status === 400) return { what, outcome: 'skipped', why: reasonOf(answer) }
  return stepOf(what, 'updated', update, answer)
}
