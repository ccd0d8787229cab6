import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { byteSize, duration, formatByteSize, formatDuration } from '../../src/config/scalars.ts'

suite('a duration', () => {
  const rows = [
    ['250ms', 250],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
    ['24d', 2_073_600_000],
    ['1ms', 1],
  ] as const
  for (const [text, milliseconds] of rows) {
    test(`${text} is ${milliseconds} milliseconds`, () => assert.equal(duration().parse(text), milliseconds))
  }
  for (const wrong of ['10', '10 s', '-1s', 's', '', '1w', 10, null]) {
    test(`is not ${JSON.stringify(wrong)}`, () =>
      assert.throws(() => duration().parse(wrong), /a duration such as/))
  }
  for (const unusable of ['0s', '25d']) {
    test(`is not ${unusable}, which no timer can hold`, () =>
      assert.throws(() => duration().parse(unusable), /a duration from 1ms to 24d/))
  }
  for (const text of ['250ms', '10s', '90s', '1h', '24d', '1ms']) {
    test(`is written back as ${text}`, () => assert.equal(formatDuration(duration().parse(text)), text))
  }
})

suite('a size', () => {
  const rows = [
    ['512KiB', 524_288],
    ['1.5MiB', 1_572_864],
    ['100MB', 100_000_000],
    ['1 GiB', 1_073_741_824],
    ['7B', 7],
    ['7', 7],
    [7, 7],
  ] as const
  for (const [written, bytes] of rows) {
    test(`${written} is ${bytes} bytes`, () => assert.equal(byteSize().parse(written), bytes))
  }
  for (const wrong of ['5q', '-1', '1Mi', '', true, -1]) {
    test(`is not ${JSON.stringify(wrong)}`, () =>
      assert.throws(() => byteSize().parse(wrong), /a size such as/))
  }
  for (const text of ['512KiB', '1GiB', '100MB', '7B', '0B']) {
    test(`is written back as ${text}`, () => assert.equal(formatByteSize(byteSize().parse(text)), text))
  }
})
