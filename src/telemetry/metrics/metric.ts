import type { Distribution } from '../../pipeline/distribution.ts'
import type { Measured } from './measured.ts'

/** A value and the attributes it belongs to. */
export type Point<Value> = readonly [value: Value, attributes: Readonly<Record<string, string>>]

interface Named {
  /** In OpenTelemetry's form: `auditship.receiver.events`. */
  readonly name: string
  /** In UCUM, as OpenTelemetry wants it: `By`, `s`, `{event}`; empty for a state. */
  readonly unit: string
  readonly attributes: readonly string[]
  /** One or two sentences for whoever reads the metric, in Prometheus' HELP and docs/metrics.md. */
  readonly description: string
}

/** A metric of one number for each set of attributes. A `counter` only grows, until the agent starts again. */
export interface NumberMetric extends Named {
  readonly kind: 'counter' | 'gauge' | 'upDownCounter'
  read(agent: Measured): readonly Point<number>[] | Promise<readonly Point<number>[]>
}

/** A metric of how often values of which size came. */
export interface HistogramMetric extends Named {
  readonly kind: 'histogram'
  read(agent: Measured): readonly Point<Distribution>[]
}

export type Metric = NumberMetric | HistogramMetric

const SUFFIXES: Readonly<Record<string, string>> = { By: '_bytes', s: '_seconds' }

/** The name in Prometheus without `_total`, by the same rules as Prometheus' OTLP receiver: the unit is a part of it. */
export function prometheusBase({ name, unit }: { readonly name: string; readonly unit: string }): string {
  return name.replaceAll('.', '_') + (SUFFIXES[unit] ?? '')
}

/** The name in Prometheus; of a histogram without `_bucket`, `_sum` and `_count`. */
export function prometheusName(metric: Metric): string {
  return prometheusBase(metric) + (metric.kind === 'counter' ? '_total' : '')
}
