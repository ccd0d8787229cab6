import { parseEvent } from '../../src/audit/scan.ts'
import { openSearchExporter } from '../../src/exporters/opensearch/index.ts'
import { openSearchOptions } from '../../src/exporters/opensearch/options.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import { contextFor } from '../exporters/context.ts'
import { SAMPLE_LOGS, sampleLines } from '../samples.ts'
import { type OpenSearch, startOpenSearch } from '../servers/opensearch.ts'
import { madeEvents } from './made-events.ts'
import type { RawEvent } from './raw-event.ts'

/** What a search found: documents by their `_id`. */
export interface Found {
  readonly hits: { readonly hits: readonly { readonly _id: string; readonly _source: object }[] }
  readonly aggregations?: Readonly<Record<string, Aggregation>>
}

/** Buckets of an aggregation, and those inside each of them. */
export interface Aggregation {
  readonly buckets: readonly (Readonly<Record<string, Aggregation>> & { key: string; doc_count: number })[]
}

/** An OpenSearch that has all sample logs, and what they lack, written by the exporter. */
export interface FilledOpenSearch {
  readonly node: OpenSearch
  /** Each line that was written, as `JSON.parse` gives it. */
  readonly events: readonly RawEvent[]
  /** Searches with this body. @throws Error when OpenSearch refuses it */
  search(index: string, body: object): Promise<Found>
}

/** Starts OpenSearch and fills it by the exporter. */
export async function filledOpenSearch(): Promise<FilledOpenSearch> {
  const node = await startOpenSearch('file')
  const made = madeEvents().map(event => JSON.stringify(event))
  const lines = [...SAMPLE_LOGS.flatMap(name => sampleLines(name).map(String)), ...made]
  await write(node, lines)
  return {
    node,
    events: lines.map(line => JSON.parse(line)),
    search: async (index, body) => {
      const path = `/${index}/_search?size=10000`
      const answer = await node.request<Found & { error?: unknown }>('POST', path, body)
      if (answer.status !== 200) throw new Error(`refused: ${JSON.stringify(answer.body.error)}`)
      return answer.body
    },
  }
}

async function write(node: OpenSearch, lines: readonly string[]): Promise<void> {
  const options = openSearchOptions.parse({ endpoints: [node.url] })
  const exporter = await openSearchExporter.create(options, contextFor('opensearch'))
  await exporter.start?.()
  for (let i = 0; i < lines.length; i += 500) {
    const events = lines.slice(i, i + 500).map(line => parseEvent(line))
    const { deferred, rejected } = await exporter.export(batchOf(events), new AbortController().signal)
    if (deferred.length + rejected.length > 0) throw new Error(`not written: ${JSON.stringify(rejected)}`)
  }
  await exporter.stop?.()
  await node.request('POST', '/_refresh')
}
