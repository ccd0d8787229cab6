import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventScanner } from '../../../src/audit/scan.ts'
import { batchOf } from '../../../src/pipeline/batch.ts'
import { redactProcessor } from '../../../src/processors/redact/index.ts'
import { SAMPLE_LOGS, sampleLines } from '../../samples.ts'
import { plantedSecrets } from './planted-secrets.ts'

const EVENTS = 20_000
/** `<redacted>` in quotes instead of a digit, and room for a comma. */
const MOST_GROWTH = 8

const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

const PIECES = [
  '"',
  '\\',
  '\\u0041',
  '\\u00',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"kind":"Secret",',
  '"data":{"a":"b"},',
  '?token=',
  '&',
  '%',
  '%2',
  'eyJ',
  '@',
  '://',
  '-p',
  '\0',
  'ü',
  '😀',
  'null',
]

/** The line with some of its bytes changed, left out, doubled or put elsewhere. */
function mutated(line: Buffer, other: Buffer, next: () => number): Buffer {
  let text = line
  for (let count = 1 + Math.floor(next() * 3); count > 0; count--) {
    const at = Math.floor(next() * text.length)
    const to = Math.min(text.length, at + Math.floor(next() * 40))
    const from = Math.floor(next() * other.length)
    const inserted = [
      Buffer.from(PIECES[Math.floor(next() * PIECES.length)] ?? ''),
      text.subarray(at, to),
      other.subarray(from, from + Math.floor(next() * 200)),
      Buffer.alloc(0),
    ][Math.floor(next() * 4)]
    text = Buffer.concat([
      text.subarray(0, at),
      inserted ?? Buffer.alloc(0),
      text.subarray(next() < 0.5 ? at : to),
    ])
  }
  return text
}

test(`redaction of ${EVENTS} mutated events never throws, stays in bounds, and what comes out is an event`, t => {
  const seed = Date.now() % 2 ** 31
  t.diagnostic(`seed ${seed}`)
  const next = random(seed)
  const lines = [
    ...plantedSecrets().map(({ line }) => Buffer.from(line)),
    ...SAMPLE_LOGS.flatMap(name => sampleLines(name)).filter(line => line.length < 20_000),
  ]
  const pick = () => lines[Math.floor(next() * lines.length)] ?? Buffer.alloc(0)
  const processor = redactProcessor.create(redactProcessor.options.parse({ paths: ['**.env[*].value'] }), {
    resource: {},
  } as never)
  const scanner = new EventScanner()
  let events = 0
  for (let count = 0; events < EVENTS && count < EVENTS * 50; count++) {
    const line = mutated(pick(), pick(), next)
    const event = scanner.scan(line, 0, line.length)
    if (typeof event === 'string') {
      assert.ok((processor.withhold?.(line).length ?? 0) <= line.length + 100)
      continue
    }
    events++
    const context = `seed ${seed}: ${line}`
    assert.doesNotThrow(() => {
      const [left] = processor.process(batchOf([event])).events
      assert.ok(left !== undefined && left.length <= line.length * MOST_GROWTH + 100)
      JSON.parse(left.raw.toString())
      assert.equal(left.identity(''), scanner.scan(line, 0, line.length) && event.identity(''))
    }, context)
  }
  assert.equal(events, EVENTS)
})
