import { readFileSync } from 'node:fs'

/** A line of auditship.ndjson as it is parsed. */
export interface SavedObjectLine {
  readonly id: string
  readonly type: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly references: readonly { readonly name: string; readonly type: string; readonly id: string }[]
}

/** The file that people import. */
export const NDJSON = readFileSync(
  new URL('../../deploy/opensearch-dashboards/auditship.ndjson', import.meta.url),
  'utf8',
)

/** Its objects. */
export function savedObjects(): SavedObjectLine[] {
  return NDJSON.trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
}

/** Where a saved search looks, and for what, found as Dashboards finds it: by its reference. */
export function searchSourceOf(saved: SavedObjectLine): { index: string; lucene: string } {
  const { query, indexRefName } = sourceOf(saved)
  const id = saved.references.find(({ name }) => name === indexRefName)?.id
  const pattern = savedObjects().find(object => object.type === 'index-pattern' && object.id === id)
  if (pattern === undefined) throw new Error(`${saved.id} names no index pattern`)
  if (query?.language !== 'lucene') throw new Error(`${saved.id} is no Lucene query`)
  return { index: String(pattern.attributes.title), lucene: query.query }
}

/** The JSON inside a saved object that says what it searches. */
export function sourceOf(saved: SavedObjectLine): {
  readonly query?: { readonly query: string; readonly language: string }
  readonly indexRefName?: string
} {
  const meta = saved.attributes.kibanaSavedObjectMeta as { searchSourceJSON: string }
  return JSON.parse(meta.searchSourceJSON)
}
