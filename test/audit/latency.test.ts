import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { latencyMicroseconds } from '../../src/audit/event-time.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { parseTimestampText } from '../../src/audit/time.ts'
import { SAMPLE_LOGS, sampleEvents } from '../samples.ts'

/** The difference, by text and big integers. */
function expected(received: unknown, stage: unknown): number | undefined {
  const [from, to] = [received, stage].map(text =>
    typeof text === 'string' ? parseTimestampText(text) : undefined,
  )
  return from === undefined || to === undefined || to < 0n ? undefined : Number((to - from) / 1000n)
}

suite('the latency', () => {
  for (const name of SAMPLE_LOGS)
    test(`of each event of ${name} is the difference of its times`, () => {
      for (const event of sampleEvents(name)) {
        const { requestReceivedTimestamp, stageTimestamp, timestamp } = JSON.parse(event.raw.toString())
        assert.equal(
          latencyMicroseconds(event),
          expected(requestReceivedTimestamp, stageTimestamp ?? timestamp),
        )
      }
    })

  const T = '2026-05-04T10:00:00.'
  const rows: [title: string, received: unknown, stage: unknown][] = [
    ['within a second', `${T}000001Z`, `${T}999999Z`],
    ['of nothing', `${T}000001Z`, `${T}000001Z`],
    ['that is negative', `${T}500000Z`, `${T}100000Z`],
    ['over a second', `${T}900000Z`, '2026-05-04T10:00:01.100000Z'],
    ['with fewer digits', `${T}1Z`, `${T}25Z`],
    ['with an offset', `${T}123+02:00`, `${T}456+02:00`],
    ['with an offset of the same length', `${T}1+02:00`, `${T}2+03:00`],
    ['of a day that there is none of', '2026-02-30T10:00:00.000000Z', '2026-02-30T10:00:00.000001Z'],
    ['with a letter among the digits', `${T}00000xZ`, `${T}000009Z`],
    ['without a zone', `${T}0000000`, `${T}0000001`],
    ['of numbers', 1, 2],
    ['before 1970', '1960-05-04T10:00:00.000000Z', '1960-05-04T10:00:00.000001Z'],
  ]
  for (const [title, received, stage] of rows)
    test(title, () => {
      const times = { requestReceivedTimestamp: received, stageTimestamp: stage }
      const event = parseEvent(JSON.stringify({ level: 'Metadata', auditID: 'i', stage: 'Panic', ...times }))
      assert.equal(latencyMicroseconds(event), expected(received, stage))
    })

  test('of an old event is that of its timestamp when its stageTimestamp is none', () => {
    const times = `"requestReceivedTimestamp":"${T}000001Z","stageTimestamp":"${T}00000zZ","timestamp":"${T}000003Z"`
    const event = parseEvent(`{"level":"Metadata","auditID":"i","stage":"Panic",${times}}`)
    assert.equal(latencyMicroseconds(event), 2)
  })
})
