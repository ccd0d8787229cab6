import type { SetupStep } from '../../pipeline/contracts.ts'
import { RetryableError } from '../../pipeline/errors.ts'
import type { OpenSearchAnswer } from './client.ts'
import { at, type JsonObject, merged, reasonToLeave } from './managed.ts'
import { reasonOf } from './refusal.ts'
import { type Change, forbidden, type SetupCluster, stepOf, unexpected } from './setup-cluster.ts'
import type { Template } from './templates.ts'

/** The step of a template, and whether it is not there and may not be made. */
export interface TemplateStep extends SetupStep {
  readonly isMissing: boolean
}

/** Installs a template, or brings it up to date. */
export async function templateStep(cluster: SetupCluster, template: Template): Promise<TemplateStep> {
  const { what, path, body, place } = template
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
  const left = reasonToLeave(at(found, '_meta'), found, body)
  if (left !== undefined) return { what, ...left, isMissing: false }
  const update = { path, body: merged(found, body) }
  return { ...stepOf(what, 'updated', update, await cluster.change(update)), isMissing: false }
}

/**
 * Makes the data stream, so that a user who may only write can, or adds new fields to the index it writes to.
 * @throws RetryableError when it is missing and so is its template: OpenSearch would make an index of guessed types
 */
export async function dataStreamStep(
  cluster: SetupCluster,
  name: string,
  mapping: JsonObject,
  missing: TemplateStep | undefined,
): Promise<SetupStep> {
  const what = `data stream ${name}`
  const change = { path: `/_data_stream/${encodeURIComponent(name)}` }
  const answer = await cluster.look(change.path)
  if (answer.status === 403) return forbidden(what, answer, change)
  if (answer.status === 404) {
    if (missing !== undefined) throw noTemplate(what, missing)
    const made = await cluster.change(change)
    return cluster.lostRace(made)
      ? dataStreamStep(cluster, name, mapping, missing)
      : stepOf(what, 'created', change, made)
  }
  const indices = at(answer.body, 'data_streams', 0, 'indices')
  const writeIndex = Array.isArray(indices) ? at(indices.at(-1), 'index_name') : undefined
  if (writeIndex === undefined) {
    const why = `${name} is an index or an alias, so it is left alone, without rollover and retention`
    return { what, outcome: 'skipped', why }
  }
  const current = await cluster.look(`/${encodeURIComponent(String(writeIndex))}/_mapping`)
  const update = { path: `/${encodeURIComponent(name)}/_mapping?write_index_only=true`, body: mapping }
  return mappingStep(cluster, what, current, update)
}

/** Makes the index, or adds new fields to it. */
export async function indexStep(
  cluster: SetupCluster,
  name: string,
  settings: JsonObject,
  mapping: JsonObject,
): Promise<SetupStep> {
  const what = `index ${name}`
  const path = `/${encodeURIComponent(name)}`
  const creation = { path, body: { settings, mappings: mapping } }
  const answer = await cluster.look(`${path}/_mapping`)
  if (answer.status === 403) return forbidden(what, answer, creation)
  if (answer.status !== 404)
    return mappingStep(cluster, what, answer, { path: `${path}/_mapping`, body: mapping })
  const made = await cluster.change(creation)
  return cluster.lostRace(made)
    ? indexStep(cluster, name, settings, mapping)
    : stepOf(what, 'created', creation, made)
}

async function mappingStep(
  cluster: SetupCluster,
  what: string,
  current: OpenSearchAnswer,
  update: Change & { readonly body: JsonObject },
): Promise<SetupStep> {
  if (current.status === 403) return forbidden(what, current, update)
  if (current.status !== 200) throw unexpected(update.path, current)
  const found = at(Object.values(current.body ?? {})[0], 'mappings')
  const left = reasonToLeave(at(found, '_meta'), found, update.body)
  if (left !== undefined) return { what, ...left }
  const answer = await cluster.change(update)
  // The type of a field that exists cannot be changed.
  if (answer.status === 400) return { what, outcome: 'skipped', why: reasonOf(answer) }
  return stepOf(what, 'updated', update, answer)
}

function noTemplate(what: string, { what: template, why }: TemplateStep): RetryableError {
  return new RetryableError(
    `there is neither ${what} nor its ${template}, and this user may not make them: expected that an administrator ` +
      `runs \`auditship setup opensearch --config FILE\` once (${why})`,
    { needsOperator: true },
  )
}
