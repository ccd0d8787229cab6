import assert from 'node:assert/strict'
import { stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { prometheusName } from '../../src/telemetry/metrics/metric.ts'
import { METRICS } from '../../src/telemetry/metrics/metrics.ts'
import { startOtlpBackend } from '../exporters/otlp-backend.ts'
import { waitUntil } from '../wait-until.ts'
import { eventLine, startServed } from './served-agent.ts'

const P = 'pipeline="default"'
const RECEIVER = `${P},receiver="auditLog"`
const EXPORTER = `${P},exporter="otlp"`

suite('metrics agree with what arrived', () => {
  test('read, delivered, filtered, dead-lettered, tried again, in events and in bytes', async t => {
    const backend = await startOtlpBackend(t)
    const delivered = [1, 2, 3, 4, 5].map(id => eventLine(id))
    const filtered = [6, 7].map(id => eventLine(id, { verb: 'watch' }))
    const poison = eventLine(8, { auditID: 'poison' })
    const text = [...delivered, ...filtered, poison, 'no event\n'].join('')
    let attempts = 0
    backend.answerWith(raws => {
      if (attempts++ === 0) return { status: 503 }
      return raws.some(raw => raw.includes('poison')) ? { status: 400 } : undefined
    })
    const { dir, scrape } = await startServed(t, text, {
      processors: { filter: { drop: [{ name: 'watches', when: { verb: 'watch' } }] } },
      exporters: { otlp: { endpoint: backend.endpoint } },
    })
    await waitUntil(
      async () => (await scrape()).get(`auditship_pipeline_events_total{${P},outcome="dead_lettered"}`) === 2,
      'all is done',
    )
    await waitUntil(
      async () => (await scrape()).get(`auditship_receiver_behind_bytes{${RECEIVER}}`) === 0,
      'all is acknowledged',
    )
    const samples = await scrape()
    const bytesOf = (lines: readonly string[]) => lines.join('').length - lines.length
    const received = await backend.received()
    assert.deepEqual(received.toSorted(), delivered.map(line => line.trimEnd()).toSorted())
    const expected: Record<string, number> = {
      [`auditship_receiver_events_total{${P}}`]: 9,
      [`auditship_receiver_io_bytes_total{${P}}`]: text.length,
      [`auditship_receiver_gaps_total{${P}}`]: 0,
      [`auditship_receiver_lag_seconds{${RECEIVER}}`]: 0,
      [`auditship_receiver_unacknowledged_age_seconds{${RECEIVER}}`]: 0,
      [`auditship_pipeline_events_total{${P},outcome="delivered"}`]: received.length,
      [`auditship_pipeline_events_total{${P},outcome="filtered"}`]: 2,
      [`auditship_pipeline_events_total{${P},outcome="dead_lettered"}`]: 2,
      [`auditship_pipeline_io_bytes_total{${P},outcome="delivered"}`]: bytesOf(delivered),
      [`auditship_pipeline_io_bytes_total{${P},outcome="filtered"}`]: bytesOf(filtered),
      [`auditship_pipeline_io_bytes_total{${P},outcome="dead_lettered"}`]: bytesOf([poison, 'no event\n']),
      [`auditship_processor_filtered_total{${P},processor="filter",rule="watches"}`]: 2,
      [`auditship_pipeline_batch_events_sum{${P}}`]: 9,
      [`auditship_pipeline_dead_letters_size_bytes{${P}}`]: (
        await stat(join(dir, 'state/dead-letters/default.jsonl'))
      ).size,
      [`auditship_pipeline_dead_letters_limit_bytes{${P}}`]: 2 ** 30,
      [`auditship_exporter_events_total{${EXPORTER},outcome="delivered"}`]: received.length,
      [`auditship_exporter_events_total{${EXPORTER},outcome="rejected"}`]: 1,
      [`auditship_exporter_io_bytes_total{${EXPORTER},outcome="delivered"}`]: bytesOf(delivered),
      [`auditship_exporter_retries_total{${EXPORTER}}`]: 1,
      [`auditship_exporter_attempt_duration_seconds_count{${EXPORTER},outcome="failed"}`]: 1,
    }
    for (const [series, value] of Object.entries(expected)) assert.equal(samples.get(series), value, series)
    const counts = ['delivered', 'rejected', 'failed'].map(
      outcome =>
        samples.get(`auditship_exporter_attempt_duration_seconds_count{${EXPORTER},outcome="${outcome}"}`) ??
        0,
    )
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      backend.attempts(),
    )
    assert.equal(samples.get('auditship_ready'), 0) // dead letters came in
    assert.equal(samples.get(`auditship_component_problems{${P},component="deadLetters"}`), 1)
    assert.equal(samples.get(`auditship_component_problems{${P},component="otlp"}`), 0)
  })

  test('bytes and seconds behind while a backend is dead, nothing once it has all', async t => {
    const backend = await startOtlpBackend(t)
    backend.faults.failAll()
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString()
    const text = [1, 2, 3].map(id => eventLine(id, { stageTimestamp: hourAgo })).join('')
    const { scrape } = await startServed(t, text, { exporters: { otlp: { endpoint: backend.endpoint } } })
    const value = async (name: string, labels = RECEIVER) =>
      (await scrape()).get(`auditship_${name}{${labels}}`) ?? -1
    await waitUntil(async () => (await value('exporter_retries_total', EXPORTER)) > 0, 'it has failed')
    assert.equal(await value('receiver_behind_bytes'), text.length)
    const lag = await value('receiver_lag_seconds')
    assert.ok(lag > 3_599 && lag < 3_700, `${lag}`)
    const age = await value('receiver_unacknowledged_age_seconds')
    assert.ok(age > 0 && age < 60, `${age}`)
    assert.equal((await scrape()).get('auditship_ready'), 0)
    assert.equal(await value('component_problems', `${P},component="otlp"`), 1)
    backend.faults.recover()
    await waitUntil(async () => (await value('receiver_behind_bytes')) === 0, 'all has arrived')
    assert.equal(await value('receiver_lag_seconds'), 0)
    await waitUntil(
      async () => (await value('receiver_checkpoint_age_seconds')) === 0,
      'the checkpoint says so',
    )
    assert.equal((await scrape()).get('auditship_ready'), 1)
  })

  test('a gap, once, with the bytes that are lost', async t => {
    const backend = await startOtlpBackend(t)
    backend.faults.failAll()
    const text = Array.from({ length: 50 }, (_, id) => eventLine(id)).join('')
    const { scrape, log } = await startServed(t, text, {
      receiver: { maxInFlight: 1, batchSize: '1KiB' },
      exporters: { otlp: { endpoint: backend.endpoint } },
    })
    const value = async (name: string, labels = P) =>
      (await scrape()).get(`auditship_receiver_${name}{${labels}}`) ?? -1
    await waitUntil(async () => (await value('behind_bytes', RECEIVER)) === text.length, 'all was seen')
    const read = await value('io_bytes_total')
    await truncate(log, 0)
    await waitUntil(async () => (await value('gaps_total')) > 0, 'the gap was found')
    assert.equal(await value('gaps_total'), 1)
    assert.equal(await value('lost_bytes_total'), text.length - read)
  })
})

suite('the table of metrics', () => {
  test('holds all that is served, with descriptions, types and attributes', async t => {
    const backend = await startOtlpBackend(t)
    const { url, scrape } = await startServed(t, eventLine(1, { verb: 'watch' }) + eventLine(2), {
      processors: { filter: { drop: [{ name: 'watches', when: { verb: 'watch' } }] } },
      exporters: { otlp: { endpoint: backend.endpoint } },
    })
    await waitUntil(async () => (await backend.received()).length === 1, 'an event has arrived')
    await waitUntil(
      async () =>
        (await scrape()).has(`auditship_processor_filtered_total{${P},processor="filter",rule="watches"}`),
      'it is counted',
    )
    const text = await (await fetch(url('/metrics'))).text()
    const TYPES = { counter: 'counter', gauge: 'gauge', upDownCounter: 'gauge', histogram: 'histogram' }
    for (const metric of METRICS) {
      const name = prometheusName(metric)
      assert.ok(text.includes(`# HELP ${name} ${metric.description}\n`), name)
      assert.ok(text.includes(`# TYPE ${name} ${TYPES[metric.kind]}\n`), name)
      const series = text.match(new RegExp(`^${name}(?:_count)?(?:\\{.*\\})? `, 'gm')) ?? []
      assert.notEqual(series.length, 0, name)
      for (const found of series) {
        const labels = [...found.matchAll(/(\w+)="/g)].map(([, label]) => label)
        assert.deepEqual(
          labels,
          metric.attributes.map(attribute => attribute.replace('.', '_')),
          name,
        )
      }
    }
    const served = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
    assert.deepEqual(served.toSorted(), ['target_info', ...METRICS.map(prometheusName)].toSorted())
  })

  test('says whose metrics they are, by the resource of the agent', async t => {
    const { url, dir } = await startServed(t, '', {
      exporters: { file: { path: '/dev/null' } },
      cluster: { name: 'prod' },
    })
    const text = await (await fetch(url('/metrics'))).text()
    const target = /^target_info\{(.*)\} 1$/m.exec(text)?.[1] ?? ''
    assert.match(target, /service_name="auditship"/)
    assert.match(target, /k8s_cluster_name="prod"/)
    assert.match(target, /service_version="\d+\.\d+\.\d+"/)
    assert.ok(target.includes(`:${join(dir, 'state')}"`), target)
  })
})
