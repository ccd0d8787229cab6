import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Consumer } from '../../../src/pipeline/contracts.ts'
import { Cursor } from '../../../src/receivers/audit-log/cursor.ts'
import { LogPlace } from '../../../src/receivers/audit-log/log-place.ts'
import { auditLogOptions } from '../../../src/receivers/audit-log/options.ts'
import { Readings } from '../../../src/receivers/audit-log/readings.ts'
import { SavedMarks } from '../../../src/receivers/audit-log/saved-marks.ts'
import { contextFor } from '../../exporters/context.ts'

/** The reading of `audit.log`, found by `filename`. */
function reading(filename: string, next: Consumer = async () => {}) {
  const place = new LogPlace(join('/logs', filename))
  const folder = place.only ?? place.logAt('/logs/audit.log')
  assert.ok(folder)
  const options = auditLogOptions.parse({})
  const saved = new SavedMarks(() => {})
  const readings = new Readings(options, contextFor('auditLog'), saved, next, new AbortController())
  return { place, readings, log: readings.of(folder) }
}

test('one of many logs is looked at every 500 ms, every 5 s when it is quiet and the system reports what is written', () => {
  const { readings, log } = reading('*.log')
  assert.equal(log.idleMs(), 500)
  readings.notice(undefined)
  assert.equal(log.idleMs(), 500)
  readings.notice('other.log')
  assert.equal(log.idleMs(), 5_000)
  log.progress.advance(Cursor.START, 0)
  assert.equal(log.idleMs(), 500)
})

test('a single log is always looked at every 500 ms', () => {
  const { readings, log } = reading('audit.log')
  readings.notice('audit.log')
  assert.equal(log.idleMs(), 500)
})

test('a log that is gone and whose batch is in flight is waited for, however many are gone', async () => {
  const delivery = Promise.withResolvers<void>()
  const { readings, log, place } = reading('*.log', () => delivery.promise)
  await log.handOver.reserve(1_000, log.signal)
  log.handOver.pass({ events: [], malformed: [], bytes: 0 }, () => {})
  for (let n = 0; n < 200; n++) {
    const folder = place.logAt(`/logs/${n}.log`)
    assert.ok(folder)
    readings.of(folder)
  }
  readings.keep(place, new Set())
  let isSettled = false
  const settled = readings.settled().then(() => {
    isSettled = true
  })
  await setImmediate()
  assert.equal(isSettled, false)
  delivery.resolve()
  await settled
  readings.keep(place, new Set())
  assert.notEqual(readings.of(log.folder), log)
})
