import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FIELD } from '../../src/audit/fields.ts'
import { EventScanner, parseEvent } from '../../src/audit/scan.ts'
import { disagreement } from '../fuzz/scan-oracle.ts'
import { SAMPLE_LOGS, sampleLines } from '../samples.ts'

const MINIMAL = '"level":"Metadata","auditID":"a","stage":"ResponseComplete"'

describe('every line of the real logs', () => {
  for (const name of SAMPLE_LOGS) {
    test(`${name}: each field has the value JSON.parse gives`, () => {
      const scanner = new EventScanner()
      const lines = sampleLines(name)
      assert.ok(lines.length > 30)
      for (const line of lines)
        assert.equal(disagreement(line, scanner.scan(line, 0, line.length)), undefined)
    })
  }
})

describe('fields', () => {
  const rows: [title: string, members: string, field: keyof typeof FIELD, expected: unknown][] = [
    ['a plain string', '"verb":"get"', 'verb', 'get'],
    ['Go escapes', '"requestURI":"/x?a=1\\u0026b=\\u003c"', 'requestURI', '/x?a=1&b=<'],
    ['a surrogate pair', '"userAgent":"\\ud83d\\ude00"', 'userAgent', '😀'],
    ['UTF-8 as it is', '"userAgent":"größe é 李"', 'userAgent', 'größe é 李'],
    ['a NUL and a newline in a name', '"objectRef":{"name":"a\\u0000b\\nc"}', 'objectName', 'a\0b\nc'],
    ['an empty verb', '"verb":""', 'verb', ''],
    ['an empty user', '"user":{}', 'userUsername', undefined],
    ['a nested field', '"user":{"username":"bob"}', 'userUsername', 'bob'],
    ['white space anywhere', '"user" :\t{ "username"\r\n: "bob" }', 'userUsername', 'bob'],
    ['an escaped key', '"\\u0076erb":"get"', 'verb', 'get'],
    ['the last of duplicate keys', '"verb":"get","verb":"list"', 'verb', 'list'],
    ['the last of duplicate objects, whole', '"user":{"username":"a"},"user":{}', 'userUsername', undefined],
    ['an object replaced by null', '"user":{"username":"a"},"user":null', 'userUsername', undefined],
    [
      'a key of a body is not the event’s',
      '"requestObject":{"verb":"x","user":{"username":"y"}}',
      'verb',
      undefined,
    ],
    ['a key below an unknown one is not the event’s', '"x":{"y":[{"verb":"z"}]}', 'verb', undefined],
    ['a patch body that is an array', '"requestObject":[{"op":"add"}],"verb":"patch"', 'verb', 'patch'],
    ['braces and quotes inside strings', '"x":"}]\\"{[","verb":"get"', 'verb', 'get'],
    ['a string where another type is expected', '"verb":7', 'verb', undefined],
    ['__proto__ as a key', '"__proto__":{"verb":"x"},"verb":"get"', 'verb', 'get'],
    [
      'an annotation with dots and a slash',
      '"annotations":{"authorization.k8s.io/decision":"forbid"}',
      'decision',
      'forbid',
    ],
  ]
  for (const [title, members, field, expected] of rows) {
    test(title, () => assert.equal(parseEvent(`{${MINIMAL},${members}}`).text(FIELD[field]), expected))
  }

  test('bytes that are not UTF-8 become U+FFFD', () => {
    const line = Buffer.from(`{${MINIMAL},"verb":"a\xff"}`, 'latin1')
    assert.equal(parseEvent(line).verb, 'a\ufffd')
  })

  test('a body nested 100,000 deep', () => {
    const body = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    assert.equal(parseEvent(`{${MINIMAL},"requestObject":${body},"verb":"get"}`).verb, 'get')
  })

  test('16 MiB in one string', () => {
    const event = parseEvent(`{${MINIMAL},"requestObject":"${'x'.repeat(2 ** 24)}","verb":"get"}`)
    assert.equal(event.verb, 'get')
  })

  test('a line of 5 MiB of open brackets is none, and does not touch the next one', () => {
    const scanner = new EventScanner()
    const line = Buffer.from(`{${MINIMAL},"requestObject":${'['.repeat(5 * 2 ** 20)}`)
    assert.equal(scanner.scan(line, 0, line.length), 'not JSON')
    const next = Buffer.from(`{${MINIMAL},"verb":"get"}`)
    assert.equal(disagreement(next, scanner.scan(next, 0, next.length)), undefined)
  })

  const codes: [json: string, expected: number | undefined][] = [
    ['101', 101],
    ['0', 0],
    ['-1', -1],
    ['2e2', 200],
    ['200.0', 200],
    ['200.5', undefined],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', undefined],
    ['1e999', undefined],
    ['"200"', undefined],
    ['null', undefined],
  ]
  for (const [json, expected] of codes) {
    test(`response code ${json} is ${expected}`, () => {
      assert.equal(parseEvent(`{${MINIMAL},"responseStatus":{"code":${json}}}`).responseCode, expected)
    })
  }
})

describe('what is no audit event', () => {
  const rows: [title: string, line: string, reason: string][] = [
    ['an empty line', '', 'an empty line'],
    ['white space', ' \t\r', 'an empty line'],
    ['text', 'panic: runtime error', 'not JSON'],
    ['a torn line', '{"kind":"Event","apiVersion":"audit.k8s.io/v1","lev', 'not JSON'],
    ['two events glued together', `{${MINIMAL}}{${MINIMAL}}`, 'not JSON'],
    ['a torn event with another glued on', `{"kind":"Ev{${MINIMAL}}`, 'not JSON'],
    ['NUL bytes before an event', `\0\0{${MINIMAL}}`, 'not JSON'],
    ['a byte order mark', `\ufeff{${MINIMAL}}`, 'not JSON'],
    ['a comma too many', `{${MINIMAL},}`, 'not JSON'],
    ['a control character in a string', `{${MINIMAL},"x":"\u0001"}`, 'not JSON'],
    ['an unknown escape', `{${MINIMAL},"x":"\\x"}`, 'not JSON'],
    ['a half unicode escape', `{${MINIMAL},"x":"\\u12"}`, 'not JSON'],
    ['a number with a leading zero', `{${MINIMAL},"x":01}`, 'not JSON'],
    ['brackets that do not match', `{${MINIMAL},"x":[{]}}`, 'not JSON'],
    ['an unquoted key', `{${MINIMAL},x:1}`, 'not JSON'],
    ['an array', `[{${MINIMAL}}]`, 'JSON, but no object'],
    ['a number', '12', 'JSON, but no object'],
    ['a core event', `{"kind":"Event","apiVersion":"v1",${MINIMAL}}`, 'an object of another apiVersion'],
    [
      'an EventList',
      '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[]}',
      'an object of another kind',
    ],
    ['an object without the required fields', '{"a":1}', 'an object without level, auditID and stage'],
  ]
  for (const [title, line, reason] of rows) {
    test(title, () =>
      assert.equal(new EventScanner().scan(Buffer.from(line), 0, Buffer.byteLength(line)), reason),
    )
  }

  test('10,000 lines of an open bracket are each looked at alone, not to the end of the buffer', () => {
    const buffer = Buffer.from(`${'['.repeat(99)}\n`.repeat(10_000))
    const scanner = new EventScanner()
    const start = performance.now()
    for (let at = 0; at < buffer.length; at += 100)
      assert.equal(scanner.scan(buffer, at, at + 99), 'not JSON')
    assert.ok(performance.now() - start < 2000)
    assert.equal(buffer.indexOf(0), -1)
  })

  test('parseEvent throws with the reason and without content', () => {
    assert.throws(() => parseEvent('{"secret":1}'), {
      name: 'TypeError',
      message: /found an object without level/,
    })
  })
})
