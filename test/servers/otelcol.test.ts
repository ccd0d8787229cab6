import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, suite, test } from 'node:test'
import { makeCertificates } from './certificates.ts'
import { collectorUnavailable, startCollector } from './otelcol.ts'

const folder = mkdtempSync(join(tmpdir(), 'otelcol-test-'))
after(() => rmSync(folder, { recursive: true }))

const EVENT = {
  timeUnixNano: '1767225600123456789',
  observedTimeUnixNano: '1767225601000000000',
  severityNumber: 13,
  severityText: 'WARN',
  eventName: 'k8s.audit.event',
  body: { stringValue: '{"kind":"Event"}' },
  attributes: [
    { key: 'k8s.auditlog.verb', value: { stringValue: 'create' } },
    { key: 'k8s.auditlog.response.code', value: { intValue: '403' } },
    { key: 'k8s.auditlog.exec.tty', value: { boolValue: true } },
    {
      key: 'k8s.auditlog.user.groups',
      value: { arrayValue: { values: [{ stringValue: 'système' }, { stringValue: 'devs' }] } },
    },
  ],
}

const REQUEST = JSON.stringify({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'k8s.cluster.name', value: { stringValue: 'test' } }] },
      scopeLogs: [{ scope: { name: 'auditship', version: '0' }, logRecords: [EVENT] }],
    },
  ],
})

const RECORD = {
  timeUnixNano: 1767225600123456789n,
  observedTimeUnixNano: 1767225601000000000n,
  severityNumber: 13,
  severityText: 'WARN',
  eventName: 'k8s.audit.event',
  body: '{"kind":"Event"}',
  attributes: {
    'k8s.auditlog.verb': 'create',
    'k8s.auditlog.response.code': 403,
    'k8s.auditlog.exec.tty': true,
    'k8s.auditlog.user.groups': ['système', 'devs'],
  },
  resource: { 'k8s.cluster.name': 'test' },
  scope: { name: 'auditship', version: '0' },
}

function send(endpoint: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return fetch(`${endpoint}/v1/logs`, { method: 'POST', headers, body: REQUEST })
}

suite('a real Collector as a test server', { skip: collectorUnavailable() ?? false }, () => {
  test('hands back a log record as it was sent', async () => {
    const collector = await startCollector()
    assert.equal((await send(collector.endpoint)).status, 200)
    assert.deepEqual(await collector.records(1), [RECORD])
    await collector.stop()
  })

  test('comes back on the same port and goes on with the same output', async () => {
    const first = await startCollector()
    await send(first.endpoint)
    await first.stop()
    await assert.rejects(send(first.endpoint), 'nobody listens while it is stopped')

    const second = await startCollector({ port: first.port, output: first.outputFile })
    await send(second.endpoint)
    assert.deepEqual(await second.records(2), [RECORD, RECORD])
    await second.kill()
  })

  test('takes TLS from clients it knows only', async () => {
    const { ca, server, client } = makeCertificates(folder)
    const tls = { cert_file: server.cert, key_file: server.key, client_ca_file: ca }
    const collector = await startCollector({ tls })
    const url = `${collector.endpoint}/v1/logs`
    const known = { cert: readFileSync(client.cert), key: readFileSync(client.key) }

    assert.equal(await post(url, { ca: readFileSync(ca), ...known }), 200)
    assert.equal((await collector.records(1)).length, 1)
    await assert.rejects(post(url, { ca: readFileSync(ca) }))
    await collector.stop()
  })

  test('reads OTLP JSON lines from a file and filters them', async () => {
    const input = join(folder, 'input.jsonl')
    const other = REQUEST.replace('create', 'get')
    writeFileSync(input, `${other}\n${REQUEST}\n`)
    const collector = await startCollector({
      config: {
        receivers: { otlp_json_file: { include: [input], start_at: 'beginning', include_file_name: false } },
        processors: { filter: { log_conditions: ['log.attributes["k8s.auditlog.verb"] == "get"'] } },
        service: { pipelines: { logs: { receivers: ['otlp_json_file'], processors: ['filter'] } } },
      },
    })
    assert.deepEqual(await collector.records(1), [RECORD])
    await collector.stop()
  })

  test('says in its own words why it did not start', async () => {
    const config = { exporters: { file: { path: '/nowhere/received.jsonl' } } }
    await assert.rejects(startCollector({ config }), /no such file or directory/)
  })
})

async function post(
  url: string,
  tls: { ca: Buffer; cert?: Buffer; key?: Buffer },
): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const headers = { 'content-type': 'application/json' }
  const sent = request(url, { method: 'POST', headers, agent: false, ...tls }, response => {
    text(response).then(() => resolve(response.statusCode), reject)
  })
  sent.on('error', reject)
  sent.end(REQUEST)
  return promise
}
