import type { Aggregation } from './filled-opensearch.ts'
import type { SavedObjectLine } from './saved-objects.ts'

/** An aggregation as a chart keeps it. */
interface ChartAggregation {
  readonly type: string
  readonly params: {
    readonly field?: string
    readonly size?: number
    readonly missingBucket?: boolean
    readonly filters?: readonly { readonly input: { readonly query: string }; readonly label: string }[]
  }
}

function bucketsOf(chart: SavedObjectLine): ChartAggregation[] {
  const visState = JSON.parse(String(chart.attributes.visState)) as { aggs: ChartAggregation[] }
  return visState.aggs.filter(({ type }) => type !== 'count')
}

/** The fields that a chart counts by. */
export function fieldsOf(chart: SavedObjectLine): string[] {
  return bucketsOf(chart).flatMap(({ params }) => params.field ?? [])
}

/** What Dashboards asks OpenSearch for when it draws the chart: each aggregation inside the one before. */
export function aggregationsOf(chart: SavedObjectLine): object {
  return bucketsOf(chart).reduceRight<object>(
    (aggs, bucket, i) => ({ [`${i}-${bucket.type}`]: { ...askedFor(bucket), aggs } }),
    {},
  )
}

function askedFor({ type, params }: ChartAggregation): object {
  const { field, size, filters = [], missingBucket } = params
  if (type === 'filters') {
    const byLabel = filters.map(({ input, label }) => [
      label,
      { query_string: { query: input.query, analyze_wildcard: true } },
    ])
    return { filters: { filters: Object.fromEntries(byLabel) } }
  }
  if (type === 'date_histogram') return { date_histogram: { field, fixed_interval: '30d', min_doc_count: 1 } }
  return { terms: { field, size, ...(missingBucket && { missing: '__missing__' }) } }
}

/** Names of the aggregations and filters that counted nothing. */
export function namesOfEmpty(aggregations: Readonly<Record<string, Aggregation>> = {}): string[] {
  return Object.entries(aggregations).flatMap(([name, { buckets }]) => {
    const counts = Object.entries(buckets).map(
      ([key, bucket]) => [`${name} ${key}`, bucket.doc_count] as const,
    )
    if (counts.length === 0) return [name]
    return counts.filter(([, count]) => count === 0).map(([key]) => key)
  })
}
