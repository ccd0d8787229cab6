/** One panel of the dashboard. */
export interface Panel {
  readonly title: string
  /** What one sees in it, and what to do. */
  readonly description: string
  /** In Grafana's terms. */
  readonly unit: 'short' | 'bytes' | 'Bps' | 'cps' | 's' | 'none'
  /** Queries in PromQL with the legend of their lines. */
  readonly queries: readonly { readonly expr: string; readonly legend: string }[]
  readonly kind?: 'stat'
}

/** Of the agents chosen above the dashboard. */
const OF = 'instance=~"$instance"'
const rate = (metric: string, labels = OF) => `rate(${metric}{${labels}}[$__rate_interval])`
const p99 = (metric: string, by: string) =>
  `histogram_quantile(0.99, sum by (le, ${by}) (${rate(`${metric}_bucket`)}))`

/** In the order they are shown, three in a row. */
export const PANELS: readonly Panel[] = [
  {
    title: 'Ready',
    description: 'Agents that do their work. /readyz of the others says what does not work.',
    unit: 'none',
    kind: 'stat',
    queries: [{ expr: `auditship_ready{${OF}}`, legend: '{{instance}}' }],
  },
  {
    title: 'Lost',
    description: 'Bytes of the log that were gone before they were read. Keep more rotated files.',
    unit: 'bytes',
    kind: 'stat',
    queries: [
      {
        expr: `sum by (instance) (increase(auditship_receiver_lost_bytes_total{${OF}}[$__range]))`,
        legend: '{{instance}}',
      },
    ],
  },
  {
    title: 'Dead letters',
    description: 'Size of the dead-letter files. Repair the cause, then run `auditship replay`.',
    unit: 'bytes',
    kind: 'stat',
    queries: [
      { expr: `auditship_pipeline_dead_letters_size_bytes{${OF}}`, legend: '{{instance}} {{pipeline}}' },
    ],
  },
  {
    title: 'Events',
    description: 'Events read, and what became of them.',
    unit: 'cps',
    queries: [
      { expr: `sum(${rate('auditship_receiver_events_total')})`, legend: 'read' },
      { expr: `sum by (outcome) (${rate('auditship_pipeline_events_total')})`, legend: '{{outcome}}' },
    ],
  },
  {
    title: 'Bytes',
    description: 'Bytes of the log read, and of what exporters delivered, before compression.',
    unit: 'Bps',
    queries: [
      { expr: `sum(${rate('auditship_receiver_io_bytes_total')})`, legend: 'read' },
      {
        expr: `sum by (pipeline, exporter) (${rate('auditship_exporter_io_bytes_total', `${OF},outcome="delivered"`)})`,
        legend: '{{pipeline}} → {{exporter}}',
      },
    ],
  },
  {
    title: 'Filtered by rule',
    description: 'Events that processors dropped on purpose.',
    unit: 'cps',
    queries: [
      {
        expr: `sum by (processor, rule) (${rate('auditship_processor_filtered_total')})`,
        legend: '{{processor}} {{rule}}',
      },
    ],
  },
  {
    title: 'Behind, in time',
    description: 'How long ago the oldest event came about that is not acknowledged.',
    unit: 's',
    queries: [{ expr: `auditship_receiver_lag_seconds{${OF}}`, legend: '{{instance}} {{pipeline}}' }],
  },
  {
    title: 'Behind, in bytes',
    description:
      'Bytes of the log that are there and not acknowledged. When they reach what the API server keeps, events are lost.',
    unit: 'bytes',
    queries: [{ expr: `auditship_receiver_behind_bytes{${OF}}`, legend: '{{instance}} {{pipeline}}' }],
  },
  {
    title: 'Oldest unacknowledged',
    description: 'How long ago that event was read: it grows while a backend is away.',
    unit: 's',
    queries: [
      { expr: `auditship_receiver_unacknowledged_age_seconds{${OF}}`, legend: '{{instance}} {{pipeline}}' },
    ],
  },
  {
    title: 'Retries',
    description: 'Attempts that failed or were put off by the backend.',
    unit: 'cps',
    queries: [
      {
        expr: `sum by (instance, exporter) (${rate('auditship_exporter_retries_total')})`,
        legend: '{{instance}} {{exporter}}',
      },
    ],
  },
  {
    title: 'Attempts, 99th percentile',
    description: 'How long one attempt takes, from encoding to the answer.',
    unit: 's',
    queries: [
      {
        expr: p99('auditship_exporter_attempt_duration_seconds', 'exporter, outcome'),
        legend: '{{exporter}} {{outcome}}',
      },
    ],
  },
  {
    title: 'Events of a batch, mean',
    description: 'Few while the agent keeps up, many when it is behind.',
    unit: 'short',
    queries: [
      {
        expr: `sum by (instance) (${rate('auditship_pipeline_batch_events_sum')}) / sum by (instance) (${rate('auditship_pipeline_batch_events_count')})`,
        legend: '{{instance}}',
      },
    ],
  },
  {
    title: 'Memory',
    description: 'Resident memory of the process.',
    unit: 'bytes',
    queries: [
      { expr: `process_memory_usage_bytes{${OF}} and on (instance) auditship_ready`, legend: '{{instance}}' },
    ],
  },
  {
    title: 'Processor time',
    description: 'Cores in use.',
    unit: 'none',
    queries: [
      {
        expr: `sum by (instance) (${rate('process_cpu_time_seconds_total')}) and on (instance) auditship_ready`,
        legend: '{{instance}}',
      },
    ],
  },
  {
    title: 'Checkpoint out of date',
    description: 'For how long the checkpoint on disk has not said what is acknowledged.',
    unit: 's',
    queries: [
      { expr: `auditship_receiver_checkpoint_age_seconds{${OF}}`, legend: '{{instance}} {{pipeline}}' },
    ],
  },
]
