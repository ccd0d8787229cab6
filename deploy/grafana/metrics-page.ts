import { type Metric, prometheusName } from '../../src/telemetry/metrics/metric.ts'
import { METRICS } from '../../src/telemetry/metrics/metrics.ts'
import { DEFAULT_LISTEN } from '../../src/telemetry/service.ts'

const KINDS: Readonly<Record<Metric['kind'], string>> = {
  counter: 'counter',
  gauge: 'gauge',
  upDownCounter: 'up-down counter',
  histogram: 'histogram',
}

/** docs/metrics.md. */
export function metricsPage(): string {
  return `# Metrics and probes

This page is made from the table of metrics: \`npx node deploy/grafana/generate.ts\`.

\`auditship run\` answers by HTTP on ${DEFAULT_LISTEN}, unless the port is taken (it says so and goes on) or the configuration says otherwise:

\`\`\`yaml
service:
  http: { listen: "127.0.0.1:9464" } # HOST:PORT, :PORT for all addresses, or none; one that is taken ends the start
  metrics:
    otlp: { endpoint: http://otel-collector:4318, interval: 60s } # also headers; left out, metrics are not sent
\`\`\`

There is no TLS and no password: on another address than localhost let nobody in but the kubelet and Prometheus. What is answered holds no content of events, but names of pipelines, exporters and rules, addresses of backends, paths of files. \`run --once\`, \`quickstart\` and a library's agent answer only when \`listen\` is set.

| path | answers |
|---|---|
| \`/livez\` | 200 \`ok\` as long as the process works at all |
| \`/readyz\` | 200 while it runs and everything works, else 503; in both cases JSON: \`ready\`, \`phase\` (starting, running, stopping) and \`problems\`, each with \`pipeline\`, \`component\`, \`since\` and \`reason\` |
| \`/metrics\` | all of the below in Prometheus' text format |

A backend that is away makes an agent unready, not dead: to start it again would help nothing. A dead letter makes it unready for five minutes after the last one, or until its file is moved away, replayed or emptied.

## Alerts and a dashboard

[deploy/prometheus/auditship.rules.yaml](../deploy/prometheus/auditship.rules.yaml) has alerts for an agent that is down, unready or behind, for gaps, for dead letters and for a checkpoint that is not saved. [deploy/grafana/auditship.json](../deploy/grafana/auditship.json) is a dashboard for Grafana 10 or later: Dashboards, New, Import. [kubernetes.md](kubernetes.md) says how Prometheus finds the pods.

## The metrics

Names and units are OpenTelemetry's; by OTLP they are sent as they stand here. In Prometheus dots become \`_\`, the unit is a part of the name, and a counter ends with \`_total\`, as when Prometheus takes OTLP itself. Counters begin at 0 when the agent starts. Values are read when they are asked for: nothing is counted twice, and nothing costs time while nobody asks.

${METRICS.map(section).join('\n')}`
}

function section(metric: Metric): string {
  const { name, unit, kind, attributes, description } = metric
  const parts = [KINDS[kind], unit === '' ? '' : `in \`${unit}\``].filter(text => text !== '')
  const by =
    attributes.length === 0 ? '' : `, by ${attributes.map(attribute => `\`${attribute}\``).join(', ')}`
  return `### \`${name}\`

In Prometheus \`${prometheusName(metric)}\`: ${parts.join(' ')}${by}.

${description}
`
}
