import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { createAgent } from '../../src/index.ts'
import { startOtlpBackend } from '../exporters/otlp-backend.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'

const EVENTS = Array.from(
  { length: 1_000 },
  (_, n) => `{"level":"Metadata","auditID":"${1_000_000 + n}","stage":"ResponseComplete"}`,
)
const MAX_IN_FLIGHT = 3
const BATCH_SIZE = 1024
/** Batches hold whole lines, all of one length. */
const BATCHES = Math.ceil(EVENTS.length / Math.floor(BATCH_SIZE / `${EVENTS[0]}\n`.length))

type Pipelines = Readonly<Record<string, { readonly exporters: readonly string[] }>>

/** An agent between a log of a thousand events and two backends; the second one answers 503. */
async function setUp(t: TestContext, pipelines: Pipelines) {
  const dir = await tempDir(t)
  const [healthy, dead] = [await startOtlpBackend(t), await startOtlpBackend(t)]
  dead.answerWith(() => ({ status: 503 }))
  await writeFile(join(dir, 'audit.log'), EVENTS.map(event => `${event}\n`).join(''))
  const auditLog = { pathPrefix: dir, batchSize: BATCH_SIZE, maxInFlight: MAX_IN_FLIGHT }
  const agent = await createAgent({
    receivers: { auditLog },
    exporters: { 'otlp/healthy': { endpoint: healthy.endpoint }, 'otlp/dead': { endpoint: dead.endpoint } },
    service: {
      stateDir: join(dir, 'state'),
      shutdownTimeout: '1s',
      pipelines: Object.fromEntries(
        Object.entries(pipelines).map(([name, parts]) => [name, { receivers: ['auditLog'], ...parts }]),
      ),
    },
  })
  t.after(() => agent.stop())
  await agent.start()
  return { agent, healthy, dead }
}

suite('when one of two exporters is dead', () => {
  test('the other one of its pipeline gets maxInFlight batches, the rest later, and none twice', async t => {
    const { agent, healthy, dead } = await setUp(t, { both: { exporters: ['otlp/healthy', 'otlp/dead'] } })
    await waitUntil(() => dead.attempts() >= 5 * MAX_IN_FLIGHT, 'each batch was tried several times')
    assert.equal(healthy.attempts(), MAX_IN_FLIGHT)
    assert.equal(agent.pipelines[0]?.counters.delivered, 0)
    dead.answerWith(undefined)
    await waitUntil(() => agent.pipelines[0]?.counters.delivered === EVENTS.length, 'all is delivered')
    assert.deepEqual((await healthy.received()).toSorted(), EVENTS)
    assert.deepEqual((await dead.received()).toSorted(), EVENTS)
    assert.equal(healthy.attempts(), BATCHES)
  })

  test('that of another pipeline gets everything meanwhile, and none twice', async t => {
    const { agent, healthy, dead } = await setUp(t, {
      first: { exporters: ['otlp/healthy'] },
      second: { exporters: ['otlp/dead'] },
    })
    const [first, second] = agent.pipelines
    await waitUntil(() => first?.counters.delivered === EVENTS.length, 'one has all')
    assert.equal(second?.counters.delivered, 0)
    dead.answerWith(undefined)
    await waitUntil(() => second?.counters.delivered === EVENTS.length, 'the other one has all')
    assert.deepEqual((await healthy.received()).toSorted(), EVENTS)
    assert.deepEqual((await dead.received()).toSorted(), EVENTS)
    assert.equal(healthy.attempts(), BATCHES)
  })
})
