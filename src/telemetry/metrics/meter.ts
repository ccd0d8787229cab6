import { type HrTime, ValueType } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  MeterProvider,
  type MetricProducer,
  type MetricReader,
} from '@opentelemetry/sdk-metrics'
import type { Measured } from './measured.ts'
import type { HistogramMetric } from './metric.ts'
import { METRICS } from './metrics.ts'

/** What an agent counts, as OpenTelemetry's SDK has it. Nothing is counted twice: values are read when they are asked for. */
export function meterProvider(
  agent: Measured,
  resource: Readonly<Record<string, string>>,
  reader: MetricReader,
): MeterProvider {
  const provider = new MeterProvider({ resource: resourceFromAttributes(resource), readers: [reader] })
  const meter = provider.getMeter('auditship')
  const create = {
    counter: meter.createObservableCounter.bind(meter),
    gauge: meter.createObservableGauge.bind(meter),
    upDownCounter: meter.createObservableUpDownCounter.bind(meter),
  }
  for (const metric of METRICS) {
    if (metric.kind === 'histogram') continue
    const { name, unit, description } = metric
    create[metric.kind](name, { unit, description }).addCallback(async result => {
      for (const [value, attributes] of await metric.read(agent)) result.observe(value, attributes)
    })
  }
  return provider
}

/** The histograms. OpenTelemetry has no observable ones, so their points are made here. For the `metricProducers` of a reader. */
export function histogramProducer(agent: Measured): MetricProducer {
  const startTime = hrTime(Date.now())
  return {
    async collect() {
      const endTime = hrTime(Date.now())
      const metrics = METRICS.filter(metric => metric.kind === 'histogram').map(metric =>
        histogramData(metric, agent, startTime, endTime),
      )
      const resourceMetrics = {
        resource: resourceFromAttributes({}), // that of the SDK counts
        scopeMetrics: [{ scope: { name: 'auditship' }, metrics }],
      }
      return { resourceMetrics, errors: [] }
    },
  }
}

function histogramData(
  metric: HistogramMetric,
  agent: Measured,
  startTime: HrTime,
  endTime: HrTime,
): HistogramMetricData {
  const { name, unit, description } = metric
  const dataPoints = metric.read(agent).map(([{ boundaries, counts, count, sum }, attributes]) => ({
    startTime,
    endTime,
    attributes,
    value: { buckets: { boundaries: [...boundaries], counts: [...counts] }, count, sum },
  }))
  return {
    descriptor: { name, unit, description, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints,
  }
}

function hrTime(milliseconds: number): HrTime {
  return [Math.floor(milliseconds / 1000), (milliseconds % 1000) * 1e6]
}
