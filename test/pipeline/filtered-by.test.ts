import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { parseEvent } from '../../src/audit/scan.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import type { Processor } from '../../src/pipeline/contracts.ts'
import { newCounters } from '../../src/pipeline/counters.ts'
import { DeadLetters } from '../../src/pipeline/dead-letters.ts'
import { withoutDropped } from '../../src/pipeline/dropped.ts'
import { silentLog } from '../../src/pipeline/log.ts'
import { pipelineConsumer } from '../../src/pipeline/pipeline.ts'
import { tempDir } from '../temp-dir.ts'

const EVENTS = [0, 1, 2, 3, 4, 5, 6, 7].map(id =>
  parseEvent(`{"level":"Metadata","auditID":"${id}","stage":"ResponseComplete"}`),
)

const dropping = (id: string, rules: Readonly<Record<string, string>>): Processor => ({
  process: batch => withoutDropped(batch, id, event => rules[event.auditID ?? '']),
})
/** Makes other events of the same batch, as redaction does. */
const copying: Processor = {
  process: batch => ({ ...batch, events: batch.events.map(event => parseEvent(event.raw)) }),
}
const failingOn = (id: string): Processor => ({
  process(batch) {
    if (batch.events.some(event => event.auditID === id)) throw new Error('no')
    return batch
  },
})

async function run(t: TestContext, processors: readonly Processor[]) {
  const path = join(await tempDir(t), 'dead.jsonl')
  const counters = newCounters()
  const deadLetters = new DeadLetters(path, 'test', 1e9, silentLog)
  const parts = { processors, destinations: [], deadLetters, counters, backoff: { initialMs: 1, maxMs: 2 } }
  await pipelineConsumer(parts, new AbortController().signal)(batchOf(EVENTS))
  const letters = (await readFile(path, 'utf8').catch(() => '')).trim()
  const { delivered, filtered, deadLettered, filteredBy } = counters
  return { delivered, filtered, deadLettered, by: Object.fromEntries(filteredBy), letters }
}

suite('what processors drop', () => {
  const first = dropping('filter', { 0: 'a', 1: 'a', 2: 'b' })

  test('is counted by rule, once, also when a later processor makes other events', async t => {
    const result = await run(t, [first, copying, dropping('sample', { 3: 'one in 2' }), copying])
    assert.deepEqual(result.by, { 'filter a': 2, 'filter b': 1, 'sample one in 2': 1 })
    assert.deepEqual([result.delivered, result.filtered, result.deadLettered], [4, 4, 0])
  })

  test('is counted once when another processor fails on an event, before or after', async t => {
    for (const processors of [
      [failingOn('5'), first],
      [first, copying, failingOn('5')],
    ]) {
      const result = await run(t, processors)
      assert.deepEqual(result.by, { 'filter a': 2, 'filter b': 1 })
      assert.deepEqual([result.delivered, result.filtered, result.deadLettered], [4, 3, 1])
      assert.match(result.letters, /a processor failed: no.*\\"auditID\\":\\"5\\"/)
    }
  })

  test('passes each processor that did not fail once', async t => {
    let calls = 0
    const counting: Processor = {
      process(batch) {
        calls += batch.events.length
        return batch
      },
    }
    await run(t, [counting, failingOn('5')])
    assert.equal(calls, EVENTS.length)
  })
})
