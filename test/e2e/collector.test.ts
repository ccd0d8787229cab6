import assert from 'node:assert/strict'
import { appendFile, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { attributesOf } from '../../src/audit/attributes.ts'
import { severity } from '../../src/audit/severity.ts'
import { parseTimestampText } from '../../src/audit/time.ts'
import { runCli, startCli } from '../cli.ts'
import { SAMPLE_LOGS, sampleEvents, sampleLines, samplePath } from '../samples.ts'
import { makeCertificates } from '../servers/certificates.ts'
import { collectorUnavailable, startCollector } from '../servers/otelcol.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'

const skip = collectorUnavailable() ?? false

/** A folder with a log and the configuration that ships it. */
async function agentFolder(t: TestContext, otlp: object, log?: string) {
  const dir = await tempDir(t)
  const logs = join(dir, 'logs')
  await mkdir(logs)
  if (log !== undefined) await copyFile(samplePath(log), join(logs, 'audit.log'))
  const config = join(dir, 'auditship.yaml')
  const document = {
    receivers: { auditLog: { pathPrefix: logs, filename: 'audit.log' } },
    processors: { redact: false }, // bodies are compared as they were written
    exporters: { otlp },
    cluster: { name: 'prod', uid: '42' },
    service: { stateDir: join(dir, 'state') },
  }
  await writeFile(config, JSON.stringify(document))
  return { config, log: join(logs, 'audit.log') }
}

suite('a real Collector receives every event', { skip }, () => {
  for (const [encoding, compression] of [
    ['protobuf', 'none'],
    ['protobuf', 'gzip'],
    ['protobuf', 'zstd'],
    ['json', 'none'],
    ['json', 'gzip'],
    ['json', 'zstd'],
  ] as const) {
    test(`by ${encoding} with ${compression}: attributes, time, severity and body of every sample event`, async t => {
      const collector = await startCollector()
      t.after(() => collector.stop())
      let before = 0
      for (const name of SAMPLE_LOGS) {
        const otlp = { endpoint: collector.endpoint, encoding, compression }
        const { config } = await agentFolder(t, otlp, name)
        const { code, stderr } = await runCli(t, ['run', '--once', '--config', config])
        assert.equal(code, 0, stderr)
        const events = sampleEvents(name)
        const records = (await collector.records(before + events.length)).slice(before)
        before += events.length
        assert.equal(records.length, events.length)
        const bySource = new Map(records.map(record => [record.body, record]))
        for (const event of events) {
          const record = bySource.get(event.raw.toString())
          const { stageTimestamp, timestamp } = JSON.parse(event.raw.toString())
          assert.ok(record, `missing: ${event.auditID}`)
          assert.deepEqual(record.attributes, attributesOf(event))
          assert.equal(record.timeUnixNano, parseTimestampText(stageTimestamp ?? timestamp))
          assert.equal(record.severityNumber, severity(event).number)
          assert.equal(record.severityText, severity(event).text)
          assert.equal(record.eventName, 'k8s.audit.event')
          assert.equal(record.resource['service.name'], 'kube-apiserver')
          assert.equal(record.resource['k8s.cluster.name'], 'prod')
          assert.equal(record.resource.cluster_id, '42')
          assert.equal(record.resource.log_type, 'controlplane')
        }
      }
    })
  }

  // Takes over a minute: that long the Collector is away.
  test('one that is away for a minute in the middle: everything, once per identity', {
    timeout: 180_000,
  }, async t => {
    const first = await startCollector()
    const otlp = { endpoint: first.endpoint, recordUid: true }
    const { config, log } = await agentFolder(t, otlp)
    const lines = sampleLines('immudb-log-audit-k8s-1.25.jsonl')
    const identities = new Set(
      sampleEvents('immudb-log-audit-k8s-1.25.jsonl').map(event => event.identity('prod')),
    )
    const append = (from: number, to: number) =>
      appendFile(
        log,
        lines
          .slice(from, to)
          .map(line => `${line}\n`)
          .join(''),
      )
    await append(0, 1000)
    const agent = startCli(t, ['run', '--config', config])
    await first.records(1000)
    await Promise.all([append(1000, 1500), first.stop()])
    await agent.says(/cannot deliver.*nothing is lost/)
    await append(1500, 2970)
    const backAt = Date.now() + 60_000
    await waitUntil(() => Date.now() >= backAt, 'a minute has passed', 61_000)
    const second = await startCollector({ port: first.port, output: first.outputFile })
    t.after(() => second.stop())
    const uids = async () =>
      (await second.records()).map(record => String(record.attributes['log.record.uid']))
    await waitUntil(
      async () => new Set(await uids()).size === identities.size,
      'every identity arrived',
      60_000,
    )
    assert.deepEqual(new Set(await uids()), identities)
    agent.child.kill('SIGTERM')
    assert.equal(await agent.ended, 0)
    const received = await uids()
    t.diagnostic(`${received.length} records for ${identities.size} identities`)
    assert.ok(received.length - identities.size <= 500, 'only what was in flight may be repeated')
  })
})

suite('TLS', { skip }, () => {
  test('own CA and client certificate', async t => {
    const { server, ca, client } = makeCertificates(await tempDir(t))
    const tls = { cert_file: server.cert, key_file: server.key, client_ca_file: ca }
    const collector = await startCollector({ tls })
    t.after(() => collector.stop())
    const own = { caFile: ca, certFile: client.cert, keyFile: client.key }
    const { config } = await agentFolder(
      t,
      { endpoint: collector.endpoint, tls: own },
      'audit2rbac-demo.jsonl',
    )
    const { code, stderr } = await runCli(t, ['run', '--once', '--config', config])
    assert.equal(code, 0, stderr)
    assert.equal((await collector.records(37)).length, 37)
  })

  test('an expired certificate is an ERROR that says so, and nothing is given up', async t => {
    const { expiredServer, ca } = makeCertificates(await tempDir(t))
    const collector = await startCollector({
      tls: { cert_file: expiredServer.cert, key_file: expiredServer.key },
    })
    t.after(() => collector.stop())
    const otlp = { endpoint: collector.endpoint, tls: { caFile: ca } }
    const { config } = await agentFolder(t, otlp, 'audit2rbac-demo.jsonl')
    const agent = startCli(t, ['run', '--config', config])
    await agent.says(/error.*cannot deliver.*nothing is lost.*certificate has expired/is)
  })
})
