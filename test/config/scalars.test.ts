import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { byteSize, duration, formatByteSize, formatDuration } from '../../src/config/scalars.ts'

suite('a duration', () => {
  const rows = [
    ['250ms', 250],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
    ['30d', 2_592_000_000],
    ['0s', 0],
  ] as const
  for (const [text, milliseconds] of rows) {
    test(`${text} is ${milliseconds} milliseconds`, () => assert.equal(duration().parse(text), milliseconds))
  }
  for (const wrong of ['10', '10 s', '-1s', 's', '', '1w', 10, null]) {
    test(`is not ${JSON.stringify(wrong)}`, () =>
      assert.throws(() => duration().parse(wrong), /a duration such as/))
  }
  for (const text of ['250ms', '10s', '90s', '1h', '30d', '0ms']) {
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
