import { AGENT_METRICS } from './agent-metrics.ts'
import { EXPORTER_METRICS } from './exporter-metrics.ts'
import type { Metric } from './metric.ts'
import { PIPELINE_METRICS } from './pipeline-metrics.ts'
import { RECEIVER_METRICS } from './receiver-metrics.ts'

/** Every metric there is: what is served, sent and documented. */
export const METRICS: readonly Metric[] = [
  ...AGENT_METRICS,
  ...RECEIVER_METRICS,
  ...PIPELINE_METRICS,
  ...EXPORTER_METRICS,
]
