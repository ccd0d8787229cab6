import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { parseEvent } from '../../src/audit/scan.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import { ALL_DELIVERED, type Exporter } from '../../src/pipeline/contracts.ts'
import { newCounters } from '../../src/pipeline/counters.ts'
import { deliver } from '../../src/pipeline/deliver.ts'
import { RetryableError } from '../../src/pipeline/errors.ts'
import { ExporterHealth } from '../../src/pipeline/health.ts'
import { type Log, silentLog } from '../../src/pipeline/log.ts'
import { waitUntil } from '../wait-until.ts'

const NOON = Date.parse('2026-11-21T12:00:00Z')
const DOWN = new RetryableError('answered 503')

function recorded() {
  const said: string[] = []
  const log: Log = {
    ...silentLog,
    info: message => said.push(`INFO ${message}`),
    warn: message => said.push(`WARN ${message}`),
    error: message => said.push(`ERROR ${message}`),
  }
  return { health: new ExporterHealth(log), said }
}

function clock(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: NOON })
  return (seconds: number) => t.mock.timers.tick(seconds * 1000)
}

test('the log says since when and why nothing is delivered, again each minute, and when it is over', t => {
  const { health, said } = recorded()
  const pass = clock(t)
  health.failed(said, DOWN)
  pass(30)
  health.failed(said, DOWN)
  pass(30)
  pass(60)
  assert.deepEqual(health.failure?.since, NOON)
  health.delivered(said)
  pass(600)
  const line =
    'WARN cannot deliver since 2026-11-21T12:00:00.000Z, will go on trying; nothing is lost: answered 503'
  assert.deepEqual(said, [line, line, line, 'INFO delivers again after 120 s'])
})

test('another reason is said at once, as ERROR when an operator must act, and does not change since when', t => {
  const { health, said } = recorded()
  const pass = clock(t)
  health.failed(said, DOWN)
  pass(1)
  health.failed(said, new RetryableError('answered 401', { needsOperator: true }))
  assert.match(said[1] ?? '', /^ERROR cannot deliver since 2026-11-21T12:00:00.000Z.*answered 401$/)
})

test('a delivery that ends with the agent is not spoken of any more', t => {
  const { health, said } = recorded()
  const pass = clock(t)
  health.failed(said, DOWN)
  health.abandoned(said)
  pass(600)
  assert.equal(said.length, 1)
  assert.equal(health.failure, undefined)
})

/** Deliveries to one exporter that answers as told; each event has an id. */
function deliveries(t: TestContext, answer: (id: string, attempt: number) => Error | undefined) {
  const { health, said } = recorded()
  const attempts = new Map<string, number>()
  const exporter: Exporter = {
    async export({ events: [event] }) {
      const id = event?.auditID ?? ''
      const attempt = (attempts.get(id) ?? 0) + 1
      attempts.set(id, attempt)
      const error = answer(id, attempt)
      if (error !== undefined) throw error
      return ALL_DELIVERED
    },
  }
  const stopping = new AbortController()
  t.after(() => stopping.abort())
  const send = (id: string, backoffMs = 1) => {
    const event = parseEvent(`{"level":"Metadata","auditID":"${id}","stage":"ResponseComplete"}`)
    const limits = { initialMs: backoffMs, maxMs: backoffMs }
    const destination = { id: 'otlp', exporter, health }
    const delivery = deliver(batchOf([event]), destination, newCounters(), limits, stopping.signal)
    delivery.catch(() => {})
    return delivery
  }
  return { send, health, said, attempts }
}

test('one batch that never gets through keeps the exporter from being ready, whatever others do', async t => {
  const { send, health, said, attempts } = deliveries(t, id => (id === 'poison' ? DOWN : undefined))
  void send('poison')
  await waitUntil(() => (attempts.get('poison') ?? 0) > 2, 'it was tried again')
  await send('healthy')
  assert.equal(health.failure?.reason, DOWN.message)
  assert.equal(said.length, 1)
})

const FOREVER = 1e9

test('when one delivery gets through, those that wait try at once', { timeout: 20_000 }, async t => {
  let isUp = false
  const { send, health, attempts } = deliveries(t, () => (isUp ? undefined : DOWN))
  const waiting = send('waiting', FOREVER)
  const first = send('first')
  await waitUntil(() => (attempts.get('first') ?? 0) > 2 && attempts.has('waiting'), 'both have failed')
  isUp = true
  await Promise.all([first, waiting])
  assert.equal(attempts.get('waiting'), 2)
  assert.equal(health.failure, undefined)
})

test('but not before the time that the backend asked for', { timeout: 20_000 }, async t => {
  let isUp = false
  const { send, attempts } = deliveries(t, id => {
    if (isUp) return undefined
    return id === 'told' ? new RetryableError('busy', { retryAfterMs: 60_000 }) : DOWN
  })
  void send('told')
  const waiting = send('waiting', FOREVER)
  const first = send('first')
  await waitUntil(() => (attempts.get('first') ?? 0) > 2 && attempts.size === 3, 'all have failed')
  isUp = true
  await Promise.all([first, waiting])
  assert.equal(attempts.get('told'), 1)
})
