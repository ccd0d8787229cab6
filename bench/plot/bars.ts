import type { Row } from '../run/summary.ts'

/** One bar of the plot. */
export interface Bar {
  readonly label: string
  /** How it is drawn; `elsewhere` was not measured in this run. */
  readonly kind: Row['kind'] | 'elsewhere'
  /** MB per CPU-second in units of JSON.parse alone. */
  readonly j: number
  readonly goal?: number
}

const LABELS: Readonly<Record<string, string>> = {
  limit: 'read and post, no look inside',
  otlp: 'auditship, OTLP protobuf',
  'otlp-processed': 'auditship, OTLP, redaction and ten conditions',
  'otlp-gzip': 'auditship, OTLP, gzip',
  'otlp-zstd': 'auditship, OTLP, zstd',
  'otlp-json': 'auditship, OTLP JSON',
  opensearch: 'auditship, OpenSearch',
  'opensearch-gzip': 'auditship, OpenSearch, gzip',
  'postgres-all': 'auditship, PostgreSQL, every event',
  postgres: 'auditship, PostgreSQL, interactive access',
  collector: 'Collector, OTLP protobuf',
  'collector-gzip': 'Collector, OTLP, gzip',
  'collector-raw': 'Collector, OTLP, lines not parsed',
  'fluent-bit': 'Fluent Bit, OTLP protobuf',
  'fluent-bit-gzip': 'Fluent Bit, OTLP, gzip',
  'fluent-bit-opensearch': 'Fluent Bit, OpenSearch',
  vector: 'Vector, OTLP protobuf',
  'vector-opensearch': 'Vector, OpenSearch',
}

/** Of a run of ours on another machine with two cores, with events of the same mix: Fluent Bit 5.1, tuned. */
const ELSEWHERE: readonly { readonly name: string; readonly like: string; readonly j: number }[] = [
  { name: 'fluent-bit', like: 'otlp', j: 0.29 },
  { name: 'fluent-bit-gzip', like: 'otlp-gzip', j: 0.13 },
  { name: 'fluent-bit-opensearch', like: 'opensearch', j: 0.42 },
]

/** The bars from top to bottom: the limit, then each row of the agent with the peers that do the same below it. */
export function barsOf(rows: readonly Row[]): Bar[] {
  const limits = rows.filter(({ kind }) => kind === 'limit').map(barOf)
  const agents = rows.filter(({ kind }) => kind === 'agent')
  const elsewhere = ELSEWHERE.filter(({ name }) => !rows.some(row => row.name === name))
  return [
    ...limits,
    ...agents.flatMap(agent => [
      barOf(agent),
      ...rows.filter(({ like }) => like === agent.name).map(barOf),
      ...elsewhere
        .filter(({ like }) => like === agent.name)
        .map(({ name, j }) => ({ label: `${labelOf(name)} *`, kind: 'elsewhere' as const, j })),
    ]),
  ]
}

function barOf({ name, kind, j, goals }: Row): Bar {
  const goal = goals.j?.atLeast
  return { label: labelOf(name), kind, j, ...(goal !== undefined && { goal }) }
}

const labelOf = (name: string): string => LABELS[name] ?? name
