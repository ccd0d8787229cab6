import { randomUUID } from 'node:crypto'
import { parseEvent } from '../../src/audit/scan.ts'
import { openSearchExporter } from '../../src/exporters/opensearch/index.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import type { ComponentContext, Exporter, SetupStep } from '../../src/pipeline/contracts.ts'
import type { OpenSearch } from '../servers/opensearch.ts'
import { contextFor } from './context.ts'

/** A signal that never comes. */
export const NEVER = new AbortController().signal

/** An exporter as an agent has it, and what it says in the agent's log, as `level message`. */
export interface TestExporter {
  readonly exporter: Exporter
  readonly said: string[]
}

/** An exporter to this cluster. */
export function exporterTo(
  node: Pick<OpenSearch, 'url'>,
  options: object = {},
  context: Partial<ComponentContext> = {},
): TestExporter {
  const said: string[] = []
  const say = (level: string) => (message: string) => void said.push(`${level} ${message}`)
  const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
  const parsed = openSearchExporter.options.parse({ endpoints: [node.url], ...options })
  const exporter = openSearchExporter.create(parsed, { ...contextFor('opensearch'), log, ...context })
  return { exporter, said }
}

/** Runs a set-up to its end. */
export async function setUp({ exporter }: TestExporter, dryRun = false): Promise<SetupStep[]> {
  const steps: SetupStep[] = []
  for await (const step of exporter.setup?.(dryRun, NEVER) ?? []) steps.push(step)
  await exporter.stop?.()
  return steps
}

/** The outcomes of steps by what they are about. */
export const outcomes = (steps: readonly SetupStep[]) =>
  Object.fromEntries(steps.map(({ what, outcome }) => [what, outcome]))

/** Has one small event, with these members besides, delivered and returns what was not. */
export async function deliverOne({ exporter }: TestExporter, members: object = {}): Promise<string[]> {
  const stageTimestamp = '2026-01-02T03:04:05.123456Z'
  const own = { level: 'Metadata', auditID: randomUUID(), stage: 'ResponseComplete', stageTimestamp }
  const event = parseEvent(JSON.stringify({ ...own, ...members }))
  const { deferred, rejected, why } = await exporter.export(batchOf([event]), NEVER)
  return [...deferred.map(() => `deferred: ${why?.message}`), ...rejected.map(({ reason }) => reason)]
}

/** All in the cluster that a set-up for names that begin so could change. */
export async function installed(node: OpenSearch, name: string): Promise<unknown[]> {
  const paths = [
    `_component_template/auditship-${name}*`,
    `_index_template/auditship-${name}*`,
    `_data_stream/${name}*`,
    `${name}*,.ds-${name}*`,
  ]
  return Promise.all(paths.map(async path => (await node.request('GET', `/${path}`)).body))
}

/** Sends a request that a step has, as a person would by the console of OpenSearch Dashboards. */
export function sendRequest(node: OpenSearch, request: string) {
  const [, method = '', path = '', body = ''] = /^(\w+) (\S+)\n?(.*)$/s.exec(request) ?? []
  return node.request(method, path, body === '' ? undefined : JSON.parse(body))
}

/** The types of an index's fields by dotted name. */
export async function fieldsOf(node: OpenSearch, index: string): Promise<Map<string, string>> {
  const { body } = await node.request<Record<string, { mappings: FieldMapping }>>('GET', `/${index}/_mapping`)
  return new Map(leaves(body[index]?.mappings ?? {}, ''))
}

interface FieldMapping {
  readonly type?: string
  readonly properties?: Readonly<Record<string, FieldMapping>>
}

function leaves({ type, properties }: FieldMapping, name: string): [string, string][] {
  if (type !== undefined) return [[name, type]]
  const below = Object.entries(properties ?? {})
  return below.flatMap(([key, field]) => leaves(field, name === '' ? key : `${name}.${key}`))
}

/** All documents of an index or data stream, by id. Fails when an id is there twice. */
export async function documentsOf(
  node: OpenSearch,
  index: string,
): Promise<Map<string, Record<string, unknown>>> {
  await node.request('POST', `/${index}/_refresh`)
  const { body } = await node.request<Hits>('POST', `/${index}/_search`, { size: 10_000 })
  const found = new Map(body.hits.hits.map(hit => [hit._id, hit._source]))
  if (found.size !== body.hits.hits.length) throw new Error(`${index} has an id twice`)
  return found
}

interface Hits {
  readonly hits: {
    readonly hits: readonly { readonly _id: string; readonly _source: Record<string, unknown> }[]
  }
}
