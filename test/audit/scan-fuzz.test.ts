import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzzScan } from '../fuzz/fuzz-scan.ts'

const LINES = 1_000_000

// Takes about a minute: a million lines are what it takes to meet rare combinations of mutations.
test('a million mutated lines: the scanner agrees with JSON.parse on each', () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  const { accepted, failure } = fuzzScan(LINES, seed)
  const what = failure && `${failure.what}: ${failure.line.toString('base64')} (base64)`
  assert.equal(what, undefined, `npm run fuzz -- --seed ${seed} --lines ${LINES}`)
  assert.ok(accepted > LINES / 10, `only ${accepted} lines were audit events, so few fields were compared`)
})
