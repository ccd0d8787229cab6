import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AuditEvent } from '../../../src/audit/event.ts'
import { EventScanner } from '../../../src/audit/scan.ts'
import { MAY_HOLD_OBJECT, MAY_HOLD_TEXT, suspicious } from '../../../src/processors/redact/suspects.ts'

const EITHER = MAY_HOLD_OBJECT | MAY_HOLD_TEXT
/** Codes of ASCII that Go's encoder writes as an escape, and of what has no other way. */
const USUAL_ESCAPES = [0x26, 0x3c, 0x3e, 0x7f]

const escapes = Array.from({ length: 0x80 - 0x20 }, (_, i) => 0x20 + i).flatMap(code => {
  const hex = code.toString(16)
  const bits = USUAL_ESCAPES.includes(code) ? 0 : EITHER
  return [...new Set([hex, hex.toUpperCase()])].map(digits => [`"x\\u00${digits}y"`, bits] as const)
})

/** What stands in a body, and what it may hold. */
const CASES: readonly (readonly [body: string, bits: number])[] = [
  ['"nothing"', 0],
  ['{"kind":"Secret"}', MAY_HOLD_OBJECT],
  ['{"kind":"SecretList"}', MAY_HOLD_OBJECT],
  ['{"kind":"TokenReview"}', MAY_HOLD_OBJECT],
  ['{"kind":"TokenRequest"}', MAY_HOLD_OBJECT],
  ['{"kind":"SecretStore"}', 0],
  ['"{\\"kind\\":\\"Secret\\"}"', MAY_HOLD_TEXT],
  ['"a PRIVATE KEY"', MAY_HOLD_TEXT],
  ['"eyJhbGciOiJIUzI1NiJ9"', MAY_HOLD_TEXT],
  ['"AKIAIOSFODNN7EXAMPLE"', MAY_HOLD_TEXT],
  ['"ASIAIOSFODNN7EXAMPLE"', MAY_HOLD_TEXT],
  ['"Bearer 0123456789abcdef"', MAY_HOLD_TEXT],
  ['"bearer of news"', 0],
  ['"BASIC%20dXNlcjpwYXNz"', MAY_HOLD_TEXT],
  ['"https://user:password@host"', MAY_HOLD_TEXT],
  ['"user@host"', 0],
  ...escapes,
]

suite('what is looked at closely', () => {
  test('is an event that has a sign of a secret, wherever it lies in the buffer, and no other', () => {
    for (let shift = 0; shift < 20; shift++) {
      const events = scanned(
        'eyJ Secret '.repeat(4) + '.'.repeat(shift),
        CASES.map(([body]) => body),
      )
      const found = [...suspicious(events)].map((bits, i) => [CASES[i]?.[0], bits])
      assert.deepEqual(found, CASES)
    }
  })

  test('is found the same in an event longer than 4 MiB', () => {
    const events = scanned('', ['"PRIVATE"', `"${'x'.repeat(5 * 2 ** 20)}PRIVATE"`, '"x"'])
    assert.deepEqual([...suspicious(events)], [MAY_HOLD_TEXT, MAY_HOLD_TEXT, 0])
    assert.deepEqual([...suspicious(events.slice(0, 1))], [MAY_HOLD_TEXT])
  })
})

/** Events with these bodies, one behind the other in a buffer, and what stands before them. */
function scanned(before: string, bodies: readonly string[]): AuditEvent[] {
  const lines = bodies.map(
    body => `{"level":"Request","auditID":"1","stage":"ResponseComplete","requestObject":${body}}`,
  )
  const buffer = Buffer.from(`${before}${lines.join('\n')}\n`)
  const scanner = new EventScanner()
  let start = before.length
  return lines.map(line => {
    const event = scanner.scan(buffer, start, start + line.length)
    if (typeof event === 'string') throw new Error(`${event}: ${line}`)
    start = event.end + 1
    return event
  })
}
