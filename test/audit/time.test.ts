import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseTimestamp, parseTimestampText } from '../../src/audit/time.ts'

suite('A timestamp keeps every digit', () => {
  const cases: [title: string, text: string, nanos: bigint][] = [
    ['microseconds, as audit events have', '2026-11-21T08:45:03.658851Z', 1_795_250_703_658_851_000n],
    ['whole seconds, as old logs have', '2017-09-11T19:55:05Z', 1_505_159_705_000_000_000n],
    ['one digit', '1970-01-01T00:00:00.5Z', 500_000_000n],
    ['nine digits', '1970-01-01T00:00:00.123456789Z', 123_456_789n],
    ['the last microsecond of a second', '2026-11-21T08:45:03.999999Z', 1_795_250_703_999_999_000n],
    ['an offset ahead of UTC', '2026-11-21T10:45:03.658851+02:00', 1_795_250_703_658_851_000n],
    ['an offset behind UTC', '2026-11-21T03:15:03.658851-05:30', 1_795_250_703_658_851_000n],
    ['an offset of nothing', '1970-01-01T00:00:00+00:00', 0n],
    ['the 29th of February', '2024-02-29T00:00:00Z', 1_709_164_800_000_000_000n],
    ['the 29th of February of a year divisible by 400', '2000-02-29T00:00:00Z', 951_782_400_000_000_000n],
    ['before 1970', '1969-12-31T23:59:59.999999Z', -1_000n],
    ["Go's zero time", '0001-01-01T00:00:00Z', -62_135_596_800_000_000_000n],
    ['the last that four digits hold', '9999-12-31T23:59:59.999999999Z', 253_402_300_799_999_999_999n],
  ]
  for (const [title, text, nanos] of cases) test(title, () => assert.equal(parseTimestampText(text), nanos))
})

suite('What is no timestamp gives undefined', () => {
  const cases: [title: string, text: string][] = [
    ['nothing', ''],
    ['null as JSON', 'null'],
    ['a date alone', '2026-11-21'],
    ['no zone', '2026-11-21T08:45:03.658851'],
    ['no zone, no fraction', '2026-11-21T08:45:03'],
    ['a space for the T', '2026-11-21 08:45:03Z'],
    ['lower case', '2026-11-21t08:45:03z'],
    ['a point without digits', '2026-11-21T08:45:03.Z'],
    ['ten digits', '2026-11-21T08:45:03.1234567890Z'],
    ['a comma for the point', '2026-11-21T08:45:03,658851Z'],
    ['month 0', '2026-00-21T08:45:03Z'],
    ['month 13', '2026-13-21T08:45:03Z'],
    ['day 0', '2026-11-00T08:45:03Z'],
    ['day 31 of November', '2026-11-31T08:45:03Z'],
    ['the 29th of February of a common year', '2026-02-29T08:45:03Z'],
    ['the 29th of February of 1900', '1900-02-29T08:45:03Z'],
    ['letters for the hour', '2026-11-21Txx:45:03Z'],
    ['hour 24', '2026-11-21T24:00:00Z'],
    ['minute 60', '2026-11-21T08:60:03Z'],
    ['a leap second', '2026-12-31T23:59:60Z'],
    ['something after the zone', '2026-11-21T08:45:03Z '],
    ['an offset without colon', '2026-11-21T08:45:03+0200'],
    ['an offset of 24 hours', '2026-11-21T08:45:03+24:00'],
    ['an offset of 60 minutes', '2026-11-21T08:45:03+02:60'],
    ['something after the offset', '2026-11-21T08:45:03+02:00Z'],
    ['an offset cut short', '2026-11-21T08:45:03+02:0'],
    ['a sign in the year', '+026-11-21T08:45:03Z'],
    ['other digits', '２026-11-21T08:45:03Z'],
    ['letters that look like digits in their low byte', '\u0132026-11-21T08:45:03Z'],
    ['a JSON escape', '2026\\u002d11-21T08:45:03Z'],
  ]
  for (const [title, text] of cases) test(title, () => assert.equal(parseTimestampText(text), undefined))
})

test('only the bytes asked for are read', () => {
  const line = Buffer.from('{"stageTimestamp":"2026-11-21T08:45:03.658851Z"}999')
  const start = line.indexOf('2026')
  const end = line.indexOf('Z') + 1
  assert.equal(parseTimestamp(line, start, end), 1_795_250_703_658_851_000n)
  assert.equal(parseTimestamp(line, start, end - 1), undefined)
  assert.equal(parseTimestamp(line, start, end + 1), undefined)
  assert.equal(parseTimestamp(line, line.length - 3, line.length), undefined)
})

test('every day of eight centuries agrees with Date', () => {
  const day = 86_400_000
  for (let ms = Date.UTC(1599, 11, 30, 23, 58, 57); ms < Date.UTC(2401, 1, 2); ms += day) {
    const text = new Date(ms).toISOString()
    assert.equal(parseTimestampText(text), BigInt(ms) * 1_000_000n, text)
  }
})
