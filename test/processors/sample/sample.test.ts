import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AuditEvent } from '../../../src/audit/event.ts'
import { batchOf } from '../../../src/pipeline/batch.ts'
import { sampleOptions } from '../../../src/processors/sample/options.ts'
import { SampleProcessor } from '../../../src/processors/sample/processor.ts'
import { eventOf } from '../../audit/events.ts'
import { SAMPLE_LOGS, sampleEvents } from '../../samples.ts'

const sampleOf = (written: object, id = 'sample') => new SampleProcessor(sampleOptions.parse(written), id)
const read = (auditID: string, more: object = {}) => eventOf({ auditID, verb: 'list', ...more })
const reads = (count: number) => Array.from({ length: count }, (_, index) => read(`id-${index}`))
const kept = (sample: SampleProcessor, events: readonly AuditEvent[]) =>
  sample.process(batchOf(events)).events
const ids = (events: readonly AuditEvent[]) => events.map(event => event.auditID)

suite('a sample', () => {
  test('keeps about one in so many reads, marked so, and counts the others', () => {
    const { events, dropped } = sampleOf({ oneIn: 10 }).process(batchOf(reads(10_000)))
    assert.ok(events.length > 850 && events.length < 1150, `${events.length}`)
    assert.ok(events.every(event => event.sampleRate === 10))
    assert.deepEqual([...(dropped ?? [])], [['sample one in 10', 10_000 - events.length]])
  })

  test('keeps the same ones each time and in each agent', () => {
    const once = ids(kept(sampleOf({ oneIn: 4 }), reads(200)))
    assert.deepEqual(ids(kept(sampleOf({ oneIn: 4 }), reads(200).reverse())).reverse(), once)
  })

  test('keeps all stages of a request or none', () => {
    const stages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete']
    const events = stages.flatMap(stage => Array.from({ length: 100 }, (_, i) => read(`id-${i}`, { stage })))
    const counts = new Map<string, number>()
    for (const id of ids(kept(sampleOf({ oneIn: 3 }), events)))
      counts.set(id ?? '', (counts.get(id ?? '') ?? 0) + 1)
    assert.ok(counts.size > 10)
    assert.deepEqual(new Set(counts.values()), new Set([3]))
  })

  test('keeps all stages of a request or none also when it was refused or failed', () => {
    const outcomes = [
      { responseStatus: { code: 200 } },
      { responseStatus: { code: 401 } },
      { responseStatus: { code: 403 }, annotations: { 'authorization.k8s.io/decision': 'forbid' } },
      { responseStatus: { code: 500 } },
      { stage: 'Panic' },
    ]
    for (const outcome of outcomes) {
      const events = Array.from({ length: 100 }, (_, i) => [
        read(`id-${i}`, { stage: 'RequestReceived' }),
        read(`id-${i}`, { stage: 'ResponseComplete', ...outcome }),
      ]).flat()
      const left = ids(kept(sampleOf({ oneIn: 3 }), events))
      assert.ok(left.length > 20 && left.length < 120, JSON.stringify(outcome))
      assert.equal(left.length, 2 * new Set(left).size)
    }
  })

  test('keeps others with another key, which a client cannot know', () => {
    const withKey = (key: string) => ids(kept(sampleOf({ oneIn: 4, key }), reads(200)))
    assert.notDeepEqual(withKey('a'), withKey('b'))
    assert.notDeepEqual(withKey('a'), ids(kept(sampleOf({ oneIn: 4 }), reads(200))))
  })

  test('of a sample keeps a part again, and multiplies the rate', () => {
    const first = kept(sampleOf({ oneIn: 4 }, 'sample/a'), reads(4000))
    const second = kept(sampleOf({ oneIn: 5 }, 'sample/b'), first)
    assert.ok(second.length > 120 && second.length < 280, `${second.length}`)
    assert.ok(second.every(event => event.sampleRate === 20))
  })

  test('hands on the batch itself when there is nothing to sample', () => {
    const batch = batchOf([eventOf({ verb: 'create' })])
    assert.equal(sampleOf({ oneIn: 100 }).process(batch), batch)
  })

  test('says of one event what it does', () => {
    const sample = sampleOf({ oneIn: 2 })
    const notes = new Set(reads(20).flatMap(event => sample.try(event).notes))
    assert.deepEqual(notes, new Set(['kept by sample, one in 2', 'dropped by sample one in 2']))
    assert.deepEqual(sample.try(eventOf({ verb: 'create' })).notes, [])
  })

  test('samples what `when` says in place of reads', () => {
    const sample = sampleOf({ oneIn: 1_000_000, when: { verb: 'create', namespace: 'ci' } })
    const inCi = eventOf({ verb: 'create', objectRef: { namespace: 'ci', resource: 'pods' } })
    assert.equal(sample.try(inCi).event, undefined)
    assert.deepEqual(sample.try(eventOf({ verb: 'get' })).notes, [])
  })
})

suite('without `when` a sample leaves alone', () => {
  const rows: [title: string, members: Record<string, unknown>][] = [
    ['a write', { verb: 'patch' }],
    ['an exec by WebSocket', { verb: 'get', objectRef: { resource: 'pods', subresource: 'exec' } }],
    ['a read of Secrets', { verb: 'list', objectRef: { resource: 'secrets' } }],
    ['an impersonated read', { verb: 'get', impersonatedUser: { username: 'x' } }],
  ]
  const sample = sampleOf({ oneIn: 1_000_000 })
  for (const [title, members] of rows)
    test(title, () => {
      const event = eventOf(members)
      assert.equal(sample.try(event).event, event)
      assert.equal(event.sampleRate, undefined)
    })

  for (const name of SAMPLE_LOGS)
    test(`in ${name} everything but reads`, () => {
      const events = sampleEvents(name)
      const left = new Set(kept(sample, events))
      for (const event of events.filter(candidate => !left.has(candidate))) {
        const raw = JSON.parse(event.raw.toString())
        assert.match(raw.verb, /^(get|list|watch|head)$/)
        assert.doesNotMatch(raw.requestURI, /\/(exec|attach|portforward|proxy|secrets)([/?]|$)/)
      }
    })
})
