import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { LogWriter } from '../../bench/scenario/log-writer.ts'
import { type CliRun, startCli } from '../cli.ts'
import { documentsOf } from '../exporters/opensearch-cluster.ts'
import { openSearchUnavailable, startOpenSearch } from '../servers/opensearch.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'

const EVENTS = 4_000

/** Starts the agent on a folder's log; its state stays in the folder. */
function startAgent(t: TestContext, folder: string): CliRun {
  return startCli(t, ['run', '--config', join(folder, 'auditship.yaml')])
}

// A JVM starts three times: about 40 s on a busy machine.
test('OpenSearch and the agent are killed under load: every event is there, once', {
  skip: openSearchUnavailable() ?? false,
  timeout: 240_000,
}, async t => {
  const node = await startOpenSearch(t)
  const folder = await tempDir(t)
  await mkdir(join(folder, 'logs'))
  const configuration = {
    receivers: { auditLog: { pathPrefix: join(folder, 'logs'), batchSize: '64KiB' } },
    exporters: { opensearch: { endpoints: [node.url], timeout: '5s' } },
    cluster: { name: 'prod' },
    service: { stateDir: join(folder, 'state') },
  }
  await writeFile(join(folder, 'auditship.yaml'), JSON.stringify(configuration))
  const writer = new LogWriter(join(folder, 'logs'), {
    rate: 250,
    rotateMs: [300, 1500],
    compress: true,
    seed: 7,
  })
  const count = async () => {
    await delay(200) // counting is work for the server that is tested
    await node.request('POST', '/k8s-audit/_refresh')
    const { body } = await node.request<{ count?: number }>('GET', '/k8s-audit/_count')
    return body.count ?? 0
  }
  const reaches = (events: number) =>
    waitUntil(async () => (await count()) >= events, `${events} events are in OpenSearch`, 90_000)

  let agent = startAgent(t, folder)
  const writing = writer.run(new AbortController().signal, EVENTS)
  await reaches(500)
  await node.kill()
  await agent.says(/cannot deliver.*cannot reach/, 30_000)
  await node.restart()
  await reaches(1_500)
  agent.child.kill('SIGKILL')
  await agent.ended
  agent = startAgent(t, folder)
  await node.kill()
  await waitUntil(() => writer.written.events > 2_500, 'events pile up', 60_000)
  await node.restart()
  await writing
  await reaches(EVENTS)
  agent.child.kill('SIGTERM')
  assert.equal(await agent.ended, 0)

  const found = await documentsOf(node, 'k8s-audit')
  const numbers = new Set([...found.values()].map(document => document['k8s.auditlog.audit_id']))
  assert.equal(found.size, EVENTS)
  assert.equal(numbers.size, EVENTS)
})
