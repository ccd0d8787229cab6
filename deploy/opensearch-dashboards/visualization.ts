import { toLucene } from './lucene.ts'
import { AUDIT_EVENTS, type Question } from './question.ts'
import { type SavedObject, searchId } from './saved-object.ts'

/** A chart of the hits of a question. */
export interface Visualization {
  readonly id: string
  readonly title: string
  /** Whose hits it counts. */
  readonly of: Question
  readonly type: 'metric' | 'table' | 'histogram' | 'pie'
  /** Along which it counts, the outermost first. */
  readonly buckets: readonly Bucket[]
}

/** Documents that belong together: of one value, of one time, or of one question. */
export type Bucket =
  | {
      readonly by: 'terms'
      readonly field: string
      readonly label: string
      readonly size: number
      /** Count documents without the field as `(none)`. For keywords only. */
      readonly none: boolean
    }
  | { readonly by: 'time' }
  | { readonly by: 'questions'; readonly questions: readonly Question[] }

/** A visualization as Dashboards keeps it. */
export function savedVisualization(visualization: Visualization): SavedObject {
  const { id, title, of, type } = visualization
  const visState = { title, type, aggs: aggregations(visualization), params: PARAMS[type] }
  return {
    id,
    type: 'visualization',
    attributes: {
      title: `[auditship] ${title}`,
      visState: JSON.stringify(visState),
      uiStateJSON: '{}',
      description: '',
      version: 1,
      savedSearchRefName: 'search_0',
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({ query: { query: '', language: 'lucene' }, filter: [] }),
      },
    },
    references: [{ name: 'search_0', type: 'search', id: searchId(of) }],
    migrationVersion: { visualization: '7.10.0' },
  }
}

/** Where a bucket is drawn: a chart has its time on the axis and all else in colours. */
const SCHEMAS = { metric: 'group', table: 'bucket', histogram: 'group', pie: 'segment' }

function aggregations({ of, type, buckets }: Visualization): object[] {
  const count = { id: '1', enabled: true, type: 'count', schema: 'metric', params: {} }
  const time = of.index === AUDIT_EVENTS ? '@timestamp' : 'timestamp'
  const rest = buckets.map((bucket, i) => ({
    id: `${i + 2}`,
    enabled: true,
    schema: bucket.by === 'time' ? 'segment' : SCHEMAS[type],
    ...aggregation(bucket, time),
  }))
  return [count, ...rest]
}

function aggregation(bucket: Bucket, time: string): object {
  switch (bucket.by) {
    case 'time':
      return { type: 'date_histogram', params: { field: time, interval: 'auto', min_doc_count: 1 } }
    case 'questions':
      return {
        type: 'filters',
        params: {
          filters: bucket.questions.map(({ title, query }) => ({
            input: { query: toLucene(query), language: 'lucene' },
            label: title,
          })),
        },
      }
    case 'terms':
      return {
        type: 'terms',
        params: {
          field: bucket.field,
          size: bucket.size,
          order: 'desc',
          orderBy: '1',
          otherBucket: false,
          missingBucket: bucket.none,
          missingBucketLabel: '(none)',
          customLabel: bucket.label,
        },
      }
  }
}

const AXIS = { show: true, style: {}, title: {}, labels: { show: true, filter: true, truncate: 100 } }

/** What a chart of each type looks like. */
const PARAMS = {
  metric: {
    addTooltip: true,
    addLegend: false,
    type: 'metric',
    metric: {
      percentageMode: false,
      useRanges: false,
      colorSchema: 'Green to Red',
      metricColorMode: 'None',
      colorsRange: [{ from: 0, to: 10_000 }],
      labels: { show: true },
      invertColors: false,
      style: { bgFill: '#000', bgColor: false, labelColor: false, subText: '', fontSize: 32 },
    },
  },
  table: {
    perPage: 10,
    showPartialRows: false,
    showMetricsAtAllLevels: false,
    showTotal: false,
    totalFunc: 'sum',
    percentageCol: '',
  },
  histogram: {
    type: 'histogram',
    grid: { categoryLines: false },
    categoryAxes: [
      { id: 'CategoryAxis-1', type: 'category', position: 'bottom', scale: { type: 'linear' }, ...AXIS },
    ],
    valueAxes: [
      {
        id: 'ValueAxis-1',
        name: 'LeftAxis-1',
        type: 'value',
        position: 'left',
        ...AXIS,
        scale: { type: 'linear', mode: 'normal' },
        title: { text: 'Count' },
      },
    ],
    seriesParams: [
      {
        show: true,
        type: 'histogram',
        mode: 'stacked',
        data: { label: 'Count', id: '1' },
        valueAxis: 'ValueAxis-1',
        drawLinesBetweenPoints: true,
        lineWidth: 2,
        showCircles: true,
      },
    ],
    addTooltip: true,
    addLegend: true,
    legendPosition: 'right',
    times: [],
    addTimeMarker: false,
    labels: { show: false },
    thresholdLine: { show: false, value: 10, width: 1, style: 'full', color: '#E7664C' },
  },
  pie: {
    type: 'pie',
    addTooltip: true,
    addLegend: true,
    legendPosition: 'right',
    isDonut: true,
    labels: { show: false, values: true, last_level: true, truncate: 100 },
  },
}
