import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { METRICS } from '../../src/telemetry/metrics/metrics.ts'
import { startOtlpBackend } from '../exporters/otlp-backend.ts'
import { waitUntil } from '../wait-until.ts'
import { eventLine, startServed } from './served-agent.ts'

interface DataPoint {
  readonly attributes: readonly { key: string; value: { stringValue: string } }[]
  readonly asDouble?: number
  readonly asInt?: number | string
  readonly count?: number
  readonly sum?: number
}
interface Metric {
  readonly name: string
  readonly unit: string
  readonly sum?: { readonly dataPoints: readonly DataPoint[]; readonly isMonotonic: boolean }
  readonly gauge?: { readonly dataPoints: readonly DataPoint[] }
  readonly histogram?: { readonly dataPoints: readonly DataPoint[] }
}
interface MetricsRequest {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: DataPoint['attributes'] }
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[]
  }[]
}

/** A backend for metrics that keeps the last request. */
async function startMetricsBackend(t: TestContext) {
  const backend = {
    status: 200,
    requests: 0,
    path: '',
    headers: {} as IncomingHttpHeaders,
    last: {} as MetricsRequest,
  }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    Object.assign(backend, { path: request.url, headers: request.headers, last: JSON.parse(body) })
    backend.requests++
    response.writeHead(backend.status, { 'content-type': 'application/json' }).end('{}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return Object.assign(backend, { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

const metricsOf = (request: MetricsRequest) =>
  request.resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))

function valueIn(
  request: MetricsRequest,
  name: string,
  attributes: Readonly<Record<string, string>>,
): number {
  const metric = metricsOf(request).find(candidate => candidate.name === name)
  const point = (metric?.sum ?? metric?.gauge ?? metric?.histogram)?.dataPoints.find(candidate =>
    Object.entries(attributes).every(([key, value]) =>
      candidate.attributes.some(pair => pair.key === key && pair.value.stringValue === value),
    ),
  )
  return Number(point?.asDouble ?? point?.asInt ?? point?.sum)
}

test('metrics are sent by OTLP, and once more at the end, with what was delivered until then', async t => {
  const [events, metrics] = [await startOtlpBackend(t), await startMetricsBackend(t)]
  const { agent } = await startServed(t, eventLine(1) + eventLine(2), {
    exporters: { otlp: { endpoint: events.endpoint } },
    cluster: { name: 'prod' },
    service: { metrics: { otlp: { endpoint: metrics.endpoint, headers: { 'x-key': 'k' }, interval: '1s' } } },
  })
  await waitUntil(async () => (await events.received()).length === 2, 'the events have arrived')
  await waitUntil(() => metrics.requests > 0, 'metrics have arrived')
  await agent.stop()
  assert.deepEqual([metrics.path, metrics.headers['x-key']], ['/v1/metrics', 'k'])
  const outcome = { pipeline: 'default', outcome: 'delivered' }
  assert.equal(valueIn(metrics.last, 'auditship.pipeline.events', outcome), 2)
  assert.equal(valueIn(metrics.last, 'auditship.pipeline.batch.events', { pipeline: 'default' }), 2)
  assert.equal(valueIn(metrics.last, 'auditship.receiver.behind', { receiver: 'auditLog' }), 0)
  const sent = new Map(metricsOf(metrics.last).map(metric => [metric.name, metric]))
  for (const { name, unit, kind } of METRICS.filter(
    metric => metric.name !== 'auditship.processor.filtered',
  )) {
    const metric = sent.get(name)
    assert.equal(metric?.unit, unit, name)
    assert.equal(metric?.sum?.isMonotonic, { counter: true, upDownCounter: false }[kind as string], name)
    assert.equal(metric?.histogram !== undefined, kind === 'histogram', name)
  }
  const { attributes } = metrics.last.resourceMetrics[0]?.resource ?? { attributes: [] }
  const resource = new Map(attributes.map(({ key, value }) => [key, value.stringValue]))
  assert.equal(resource.get('service.name'), 'auditship')
  assert.equal(resource.get('k8s.cluster.name'), 'prod')
})

test('a backend that does not take them is said once, and once when it does', async t => {
  const metrics = await startMetricsBackend(t)
  metrics.status = 400
  const { said } = await startServed(t, '', {
    exporters: { file: { path: '/dev/null' } },
    service: { metrics: { otlp: { endpoint: metrics.endpoint, interval: '1s' } } },
  })
  await waitUntil(() => metrics.requests >= 2, 'two were refused')
  metrics.status = 200
  await waitUntil(() => said.some(text => text.includes('sends metrics')), 'it sends again')
  const lines = said.filter(text => text.includes('metrics to'))
  assert.equal(lines.length, 2, lines.join('\n'))
  assert.match(
    lines[0] ?? '',
    /^WARN cannot send metrics to http:.*\/v1\/metrics, will go on trying; events are not concerned: /,
  )
  assert.match(lines[1] ?? '', /^INFO sends metrics to .* again$/)
})

test('a backend of metrics that is away does not hold up the end for long', async t => {
  const { agent } = await startServed(t, '', {
    exporters: { file: { path: '/dev/null' } },
    service: { metrics: { otlp: { endpoint: 'http://127.0.0.1:1', interval: '60s' } } },
  })
  const begin = performance.now()
  await agent.stop()
  assert.ok(performance.now() - begin < 11_000, `${performance.now() - begin} ms`)
})
