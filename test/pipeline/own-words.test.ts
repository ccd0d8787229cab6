import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { batchOf } from '../../src/pipeline/batch.ts'
import { ALL_DELIVERED, type Exporter } from '../../src/pipeline/contracts.ts'
import { newCounters } from '../../src/pipeline/counters.ts'
import { deliver } from '../../src/pipeline/deliver.ts'
import { RetryableError } from '../../src/pipeline/errors.ts'
import { ExporterHealth } from '../../src/pipeline/health.ts'
import { reasonOf } from '../../src/pipeline/own-words.ts'
import { eventOf } from '../audit/events.ts'

const NEVER = new AbortController().signal
const EVENT = eventOf({
  requestURI: '/api/v1/namespaces/payments/pods/ledger-db/exec?command=tar&command=cf',
})
const summary = 'http://backend answered 503'
const saying = (words: string) => new RetryableError(`${summary}: ${words}`, { summary })
const LEFT_OUT = `${summary} (what it said stands in an event too, and is left out)`

suite('what is said of a backend in the own log and by /readyz', () => {
  const cases: [title: string, words: string, expected: string][] = [
    [
      'its own words',
      'cluster_block_exception: the index is read-only',
      `${summary}: cluster_block_exception: the index is read-only`,
    ],
    ['not a part of an event', 'cannot take /api/v1/namespaces/payments/pods/x', LEFT_OUT],
    [
      'not a part of an event as JSON text',
      'failed: {\\"requestURI\\":\\"/api/v1/namespaces/payments',
      LEFT_OUT,
    ],
    [
      'a short word that an event has too',
      'shard of payments is not there',
      `${summary}: shard of payments is not there`,
    ],
  ]
  for (const [title, words, expected] of cases)
    test(title, () => assert.equal(reasonOf(saying(words), [EVENT]), expected))

  test('the words that were said last, without a look at the events: a dead backend repeats itself', () => {
    const unseen = new Proxy([EVENT], { get: () => assert.fail('looked at') })
    assert.equal(reasonOf(saying('busy'), unseen, `${summary}: busy`), `${summary}: busy`)
    assert.throws(() => reasonOf(saying('x'.repeat(40)), unseen, `${summary}: busy`), /looked at/)
  })

  test('of any other error all there is to say', () => {
    const error = new RetryableError('cannot reach http://backend', { cause: new Error('ECONNREFUSED') })
    assert.equal(reasonOf(error, [EVENT]), 'cannot reach http://backend: ECONNREFUSED')
  })

  test('neither the log nor readiness holds what a backend quotes of an event', async () => {
    const said: string[] = []
    const say = (message: string) => void said.push(message)
    const health = new ExporterHealth({ debug: say, info: say, warn: say, error: say })
    let attempts = 0
    const exporter: Exporter = {
      async export() {
        if (attempts++ === 0) throw saying(`cannot take ${EVENT.requestURI}`)
        assert.equal(health.failure?.reason, LEFT_OUT)
        return ALL_DELIVERED
      },
    }
    const destination = { id: 'otlp', exporter, health }
    await deliver(batchOf([EVENT]), destination, newCounters(), { initialMs: 1, maxMs: 1 }, NEVER)
    assert.equal(attempts, 2)
    assert.doesNotMatch(said.join(), /ledger-db/)
    assert.match(said.join(), /answered 503 \(what it said stands in an event too/)
  })
})
