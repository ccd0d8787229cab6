import type { SetupStep } from '../../pipeline/contracts.ts'
import { RetryableError } from '../../pipeline/errors.ts'
import { EVENT_FIELD } from './auditship-document.ts'
import { guessesTypesError } from './guessed-types.ts'
import { at, isOurs, type Marked } from './managed.ts'
import type { OpenSearchAnswer } from './request.ts'
import { forbidden, type SetupCluster, stepOf } from './setup-cluster.ts'
import { mappingStep, type TemplateStep } from './setup-steps.ts'

/** The step of the data stream, and whether an index that an operator made takes its place. */
export interface StreamStep extends SetupStep {
  readonly isIndex?: boolean
}

/**
 * Makes the data stream, so that a user who may only write can, or adds new fields to the index it writes to.
 * @throws RetryableError when it is missing and so is its template: OpenSearch would make an index of guessed types
 */
export async function dataStreamStep(
  cluster: SetupCluster,
  name: string,
  mapping: Marked,
  missing: TemplateStep | undefined,
): Promise<StreamStep> {
  const what = `data stream ${name}`
  const change = { path: `/_data_stream/${encodeURIComponent(name)}` }
  const answer = await cluster.look(change.path)
  if (answer.status === 403) return forbidden(what, answer, change)
  if (answer.status === 404) {
    if (missing !== undefined) throw noTemplate(what, missing)
    const made = await cluster.change(change)
    if (cluster.lostRace(made)) return dataStreamStep(cluster, name, mapping, missing)
    const why = await foreignTemplate(cluster, change.path)
    return { ...(why !== undefined && { why }), ...stepOf(what, 'created', change, made) }
  }
  const index = writeIndexOf(answer)
  if (index === undefined) return noStreamStep(cluster, what, name)
  const current = await cluster.look(`/${encodeURIComponent(index)}/_mapping`)
  const path = `/${encodeURIComponent(name)}/_mapping?write_index_only=true`
  return mappingStep(cluster, what, current, path, mapping)
}

function writeIndexOf(answer: OpenSearchAnswer): string | undefined {
  const indices = at(answer.body, 'data_streams', 0, 'indices')
  const name = Array.isArray(indices) ? at(indices.at(-1), 'index_name') : undefined
  return typeof name === 'string' ? name : undefined
}

/** What to say when a template of others, of a higher priority, made the data stream that was just created; else undefined. */
async function foreignTemplate(cluster: SetupCluster, path: string): Promise<string | undefined> {
  const answer = await cluster.look(path)
  const index = writeIndexOf(answer)
  if (index === undefined) return undefined
  const { status, body } = await cluster.look(`/${encodeURIComponent(index)}/_mapping`)
  if (status !== 200 || isOurs(at(body, index, 'mappings', '_meta'))) return undefined
  const template = at(answer.body, 'data_streams', 0, 'template')
  return `by the index template ${template}, whose priority is higher than that of auditship’s: fields have its types, and others are guessed`
}

/**
 * The step of an index, or an alias of one, that has the data stream's name.
 * @throws RetryableError when it guesses types, as one does that OpenSearch made for want of a template
 */
async function noStreamStep(cluster: SetupCluster, what: string, name: string): Promise<StreamStep> {
  const answer = await cluster.look(`/${encodeURIComponent(name)}/_mapping`)
  const mappings = Object.values(answer.status === 200 ? (answer.body ?? {}) : {})
  if (mappings.some(index => guessesTypes(at(index, 'mappings')))) throw guessesTypesError(name)
  const why = `${name} is an index or an alias, so it is left alone, without rollover and retention`
  return { what, outcome: 'skipped', why, isIndex: true }
}

/** Whether an index adds a field for each key of an event that comes. */
function guessesTypes(mapping: unknown): boolean {
  const isDynamic = !/^(false|strict)/.test(String(at(mapping, 'dynamic')))
  return isDynamic && at(mapping, 'properties', EVENT_FIELD, 'enabled') !== false
}

function noTemplate(what: string, { what: template, why }: TemplateStep): RetryableError {
  return new RetryableError(
    `there is neither ${what} nor its ${template}, and this user may not make them: expected that an administrator ` +
      `runs \`auditship setup opensearch --config FILE\` once (${why})`,
    { needsOperator: true },
  )
}
