import assert from 'node:assert/strict'
import { appendFile, mkdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createAgent } from '../src/index.ts'
import { startOtlpBackend } from './exporters/otlp-backend.ts'
import { tempDir } from './temp-dir.ts'
import { waitUntil } from './wait-until.ts'

const event = (id: number) => `{"level":"Metadata","auditID":"${id}","stage":"ResponseComplete"}\n`

/** An agent with two pipelines from one log, each to a backend of its own. */
async function setUp(t: TestContext) {
  const dir = await tempDir(t)
  const log = join(dir, 'audit.log')
  const [first, second] = [await startOtlpBackend(t), await startOtlpBackend(t)]
  const agent = await createAgent({
    receivers: { auditLog: { pathPrefix: dir, filename: 'audit.log', pollInterval: '10ms' } },
    exporters: { 'otlp/first': { endpoint: first.endpoint }, 'otlp/second': { endpoint: second.endpoint } },
    service: {
      stateDir: join(dir, 'state'),
      shutdownTimeout: '1s',
      pipelines: {
        one: { receivers: ['auditLog'], exporters: ['otlp/first'] },
        two: { receivers: ['auditLog'], exporters: ['otlp/second'] },
      },
    },
  })
  t.after(() => agent.stop())
  return { agent, log, first, second }
}

test('an exporter that does not deliver keeps the agent from being ready: it is named, with since when and why', async t => {
  const { agent, log, first, second } = await setUp(t)
  await writeFile(log, event(1))
  first.answerWith(() => ({ status: 503 }))
  const begin = Date.now()
  await agent.start()
  await waitUntil(
    async () => !agent.readiness().ready && (await second.received()).length > 0,
    'it has failed',
  )
  const [problem, another] = agent.readiness().problems
  assert.deepEqual([problem?.pipeline, problem?.component, another], ['one', 'otlp/first', undefined])
  assert.match(problem?.reason ?? '', /\/v1\/logs answered 503/)
  assert.ok((problem?.since ?? 0) >= begin && (problem?.since ?? 0) <= Date.now())
  first.answerWith(undefined)
  await waitUntil(() => agent.readiness().ready, 'it is ready')
})

test('so do dead letters that come in', async t => {
  const { agent, log, second } = await setUp(t)
  await writeFile(log, event(1))
  second.answerWith(() => ({ status: 400, body: 'too old' }))
  await agent.start()
  await waitUntil(() => !agent.readiness().ready, 'the letter is written')
  const [problem, another] = agent.readiness().problems
  assert.deepEqual([problem?.pipeline, problem?.component, another], ['two', 'deadLetters', undefined])
  assert.match(problem?.reason ?? '', /1 undeliverable event.*too old/)
})

test('so does a log that cannot be read, in every pipeline that reads it, until it can', async t => {
  const { agent, log, first } = await setUp(t)
  await mkdir(log) // the tests may run as root, who may read everything else
  await agent.start()
  await waitUntil(() => agent.readiness().problems.length === 2, 'both have looked')
  const problems = agent.readiness().problems.map(({ pipeline, component }) => [pipeline, component])
  assert.deepEqual(problems, [
    ['one', 'auditLog'],
    ['two', 'auditLog'],
  ])
  assert.match(agent.readiness().problems[0]?.reason ?? '', /cannot read .*expected a regular file/)
  await rmdir(log)
  await appendFile(log, event(1))
  await waitUntil(async () => (await first.received()).length === 1, 'the event has arrived')
  await waitUntil(() => agent.readiness().ready, 'it is ready')
})

test('a log that does not exist yet does not', async t => {
  const { agent } = await setUp(t)
  await agent.start()
  assert.deepEqual(agent.readiness(), { ready: true, problems: [] })
})
