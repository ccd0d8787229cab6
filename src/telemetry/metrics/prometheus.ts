import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { Measured } from './measured.ts'
import { histogramProducer, meterProvider } from './meter.ts'
import { prometheusBase } from './metric.ts'

/** A backend of files that does not answer must not hold up the other metrics. Milliseconds. */
const LONGEST_READ_MS = 2_000

/** Reads when it is asked to. */
class PulledReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Returns what writes an agent's metrics in Prometheus' text format. https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function prometheusText(
  agent: Measured,
  resource: Readonly<Record<string, string>>,
): () => Promise<string> {
  const reader = new PulledReader({ metricProducers: [histogramProducer(agent)] })
  meterProvider(agent, resource, reader)
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true)
  return async () => {
    const { resourceMetrics } = await reader.collect({ timeoutMillis: LONGEST_READ_MS })
    return serializer.serialize(withUnitsInNames(resourceMetrics))
  }
}

/** The serializer leaves units out, against https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/. */
function withUnitsInNames({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
  return {
    resource,
    scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map(metric => ({
        ...metric,
        descriptor: { ...metric.descriptor, name: prometheusBase(metric.descriptor), unit: '' },
      })),
    })),
  }
}
