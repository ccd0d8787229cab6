import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Cursor } from '../../../src/receivers/audit-log/cursor.ts'
import { LogPlace } from '../../../src/receivers/audit-log/log-place.ts'
import { auditLogOptions } from '../../../src/receivers/audit-log/options.ts'
import { Readings } from '../../../src/receivers/audit-log/readings.ts'
import { SavedMarks } from '../../../src/receivers/audit-log/saved-marks.ts'
import { contextFor } from '../../exporters/context.ts'

/** The reading of `audit.log`, found by `filename`. */
function reading(filename: string) {
  const place = new LogPlace(join('/logs', filename))
  const folder = place.only ?? place.logAt('/logs/audit.log')
  assert.ok(folder)
  const options = auditLogOptions.parse({})
  const saved = new SavedMarks(() => {})
  const readings = new Readings(options, contextFor('auditLog'), saved, async () => {}, new AbortController())
  return { readings, log: readings.of(folder) }
}

test('one of many logs is looked at every 250 ms, every 5 s when it is quiet and the system reports what is written', () => {
  const { readings, log } = reading('*.log')
  assert.equal(log.idleMs(), 250)
  readings.notice(undefined)
  assert.equal(log.idleMs(), 250)
  readings.notice('other.log')
  assert.equal(log.idleMs(), 5_000)
  log.progress.advance(Cursor.START, 0)
  assert.equal(log.idleMs(), 250)
})

test('a single log is always looked at every 250 ms', () => {
  const { readings, log } = reading('audit.log')
  readings.notice('audit.log')
  assert.equal(log.idleMs(), 250)
})
