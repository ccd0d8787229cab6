import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics'
import type { Log } from '../../pipeline/log.ts'
import type { Measured } from './measured.ts'
import { histogramProducer, meterProvider } from './meter.ts'

/** Where metrics are sent, and how often. */
export interface OtlpMetricOptions {
  /** Base URL of an OTLP/HTTP receiver; `/v1/metrics` is added unless its path ends so. */
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds. */
  readonly interval: number
}

/** A backend that is away must not hold up the agent's end for longer than this. Milliseconds. */
const TIMEOUT_MS = 5_000

/** Sends an agent's metrics by OTLP again and again. Call the result to send them once more and be done. */
export function sendMetrics(
  agent: Measured,
  resource: Readonly<Record<string, string>>,
  { endpoint, headers, interval }: OtlpMetricOptions,
  log: Log,
): () => Promise<void> {
  const url = new URL(endpoint)
  if (!url.pathname.endsWith('/v1/metrics')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/metrics`
  const timeout = Math.min(interval, TIMEOUT_MS)
  const exporter = new OTLPMetricExporter({
    url: url.href,
    headers: { ...headers },
    timeoutMillis: timeout,
  })
  const reader = new PeriodicExportingMetricReader({
    exporter: reporting(exporter, `${url.origin}${url.pathname}`, log),
    exportIntervalMillis: interval,
    exportTimeoutMillis: timeout,
    metricProducers: [histogramProducer(agent)],
  })
  const provider = meterProvider(agent, resource, reader)
  return () => provider.shutdown({ timeoutMillis: 2 * TIMEOUT_MS }).catch(() => {})
}

/** The SDK drops what fails without a word: this says it, once when it begins and once when it is over. */
function reporting(exporter: PushMetricExporter, url: string, log: Log): PushMetricExporter {
  let isFailing = false
  const told = (reason: string | undefined) => {
    if (reason !== undefined && !isFailing)
      log.warn(`cannot send metrics to ${url}, will go on trying; events are not concerned: ${reason}`)
    if (reason === undefined && isFailing) log.info(`sends metrics to ${url} again`)
    isFailing = reason !== undefined
  }
  const selector = exporter.selectAggregationTemporality?.bind(exporter)
  return {
    export: (metrics, done) =>
      exporter.export(metrics, result => {
        told(result.code === 0 ? undefined : (result.error?.message ?? 'no reason given'))
        done({ code: 0 })
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
    ...(selector && { selectAggregationTemporality: selector }),
  }
}
