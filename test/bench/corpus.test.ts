import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { goJson } from '../../bench/corpus/go-json.ts'
import { MIX } from '../../bench/corpus/lines.ts'
import { writeCorpus } from '../../bench/corpus/write.ts'

const folder = mkdtempSync(join(tmpdir(), 'corpus-'))
after(() => rmSync(folder, { recursive: true }))

const BYTES = 10_000_000
const corpus = (name: string, bytes: number, seed: number) => {
  const file = join(folder, name)
  const counts = writeCorpus(file, bytes, seed)
  return { counts, text: readFileSync(file, 'utf8') }
}
const { counts, text } = corpus('whole.log', BYTES, 1)
const lines = text.slice(0, -1).split('\n')

test('the same seed gives the same bytes', () => {
  assert.equal(corpus('again.log', 1_000_000, 1).text, corpus('again.log', 1_000_000, 1).text)
})

test('another seed gives other bytes', () => {
  assert.notEqual(corpus('again.log', 100_000, 1).text, corpus('again.log', 100_000, 2).text)
})

test('a small corpus is the beginning of a large one', () => {
  assert.ok(text.startsWith(corpus('small.log', 1_000_000, 1).text))
})

test('it ends with the first line that reaches the size, and a newline', () => {
  const last = Buffer.byteLength(lines.at(-1) ?? '') + 1
  assert.equal(text.at(-1), '\n')
  assert.ok(counts.bytes >= BYTES && counts.bytes - last < BYTES)
})

test('the counts are what the file holds', () => {
  assert.equal(counts.events, lines.length)
  assert.equal(counts.bytes, Buffer.byteLength(text))
})

test('each line is an audit event with its keys in the order Go writes them', () => {
  for (const line of lines) {
    const event = JSON.parse(line) as Record<string, unknown>
    assert.equal(event.kind, 'Event')
    assert.equal(event.apiVersion, 'audit.k8s.io/v1')
    assert.match(String(event.stageTimestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    assert.deepEqual(
      Object.keys(event),
      GO_ORDER.filter(key => key in event),
    )
  }
})

const GO_ORDER = [
  ...['kind', 'apiVersion', 'level', 'auditID', 'stage', 'requestURI', 'verb', 'user', 'impersonatedUser'],
  ...['sourceIPs', 'userAgent', 'objectRef', 'responseStatus', 'requestObject', 'responseObject'],
  ...['requestReceivedTimestamp', 'stageTimestamp', 'annotations'],
]

for (const [name, percent] of Object.entries(MIX)) {
  test(`about ${percent} % of the events are ${name}`, () => {
    const share = (100 * counts.classes[name as keyof typeof MIX].events) / counts.events
    assert.ok(Math.abs(share - percent) < Math.max(0.4, 0.05 * percent), `${share.toFixed(2)} %`)
  })
}

const SIZES = { metadata: 1_200, exec: 1_300, request: 3_300, requestResponse: 12_900 }
for (const [name, bytes] of Object.entries(SIZES)) {
  test(`events of class ${name} have about ${bytes} bytes`, () => {
    const measured = counts.classes[name as keyof typeof MIX]
    assert.ok(
      Math.abs(measured.bytes / measured.events / bytes - 1) < 0.08,
      `${measured.bytes / measured.events}`,
    )
  })
}

test('strings are escaped as Go does it', () => {
  assert.equal(
    goJson({ a: '<b> & "ü"\n\u2028\u2029' }),
    '{"a":"\\u003cb\\u003e \\u0026 \\"ü\\"\\n\\u2028\\u2029"}',
  )
  assert.doesNotMatch(text, /[&<>]/)
})
