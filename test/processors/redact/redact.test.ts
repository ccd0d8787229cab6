import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { changeEvent } from '../../../src/audit/change-event.ts'
import type { AuditEvent } from '../../../src/audit/event.ts'
import { FIELD } from '../../../src/audit/fields.ts'
import { parseEvent } from '../../../src/audit/scan.ts'
import { batchOf } from '../../../src/pipeline/batch.ts'
import type { Processor } from '../../../src/pipeline/contracts.ts'
import { redactProcessor } from '../../../src/processors/redact/index.ts'
import { SAMPLE_LOGS, sampleEvents } from '../../samples.ts'
import { plantedSecrets } from './planted-secrets.ts'
import { readings } from './readings.ts'

function redactor(options: object = {}): Processor {
  return redactProcessor.create(redactProcessor.options.parse(options), { resource: {} } as never)
}

const PLANTED = plantedSecrets()
const processor = redactor()

function redact(line: string, using = processor): string {
  const [event] = using.process(batchOf([parseEvent(line)])).events
  assert.ok(event)
  return event.raw.toString()
}

test('there are more than 200 planted secrets', () => assert.ok(PLANTED.length > 200, String(PLANTED.length)))

suite('no planted secret is left', () => {
  for (const { title, line, secrets } of PLANTED)
    test(title, () => {
      const before = [...readings(line)]
      assert.ok(
        secrets.some(secret => before.some(text => text.includes(secret))),
        'the secret is there before',
      )
      const left = redact(line)
      for (const text of readings(left))
        for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} is left: ${left}`)
    })
})

suite('all else stays as it is', () => {
  for (const { title, line } of PLANTED)
    test(`of ${title}`, () => {
      const left = redact(line)
      // Both are equal up to the first difference and from the last one on; in between are only strings and what was one.
      const [before, after] = [JSON.parse(line), JSON.parse(left)]
      assert.deepEqual(shape(after), shape(before))
      for (const field of ['auditID', 'stage', 'verb', 'sourceIPs', 'objectRef', 'stageTimestamp'])
        assert.deepEqual(after[field], before[field])
    })

  for (const name of SAMPLE_LOGS)
    test(`of ${name}, whose events are the same but for the data of Secrets`, () => {
      for (const event of sampleEvents(name)) {
        const [left] = processor.process(batchOf([event])).events
        if (!event.textIs(FIELD.objectResource, 'secrets')) {
          assert.equal(left, event)
          continue
        }
        const [before, after] = [event.json(), left?.json()]
        for (const body of ['requestObject', 'responseObject'] as const) {
          const data = (after?.[body] as { data?: object } | undefined)?.data ?? {}
          for (const value of Object.values(data)) assert.equal(value, '<redacted>')
          assert.deepEqual({ ...(after?.[body] ?? {}), data: 0 }, { ...(before[body] ?? {}), data: 0 })
        }
      }
    })

  test('numbers, escapes, white space and the order of keys survive next to a secret', () => {
    const rest =
      '"n":1.50e+03,"big":123456789012345678901234567890,"e":"\\u0041\\/\\u00e9é😀","a":[ 1 , {} ,[]],"b":null,"a":2'
    const line = `{"level":"Request", "stage":"ResponseComplete","auditID":"1","objectRef":{"resource":"secrets"},"requestObject":{"metadata":{${rest}},"data":{"k":"c2VjcmV0","t":true,"z":null}},"zz":"\\u003c"}`
    assert.equal(redact(line), line.replace('"c2VjcmV0"', '"<redacted>"'))
  })

  test('the id of a request is that of the original, for each of its stages and whatever is hidden', () => {
    const ids = ['RequestReceived', 'ResponseStarted'].flatMap(stage => {
      const line = `{"level":"Request","stage":"${stage}","auditID":"1","objectRef":{"resource":"pods","subresource":"exec"},"requestURI":"/x?command=--password%3Da"}`
      const hidden = [redactor(), redactor({ mode: 'hash', key: '0123456789abcdef' })].map(
        one => one.process(batchOf([parseEvent(line)])).events[0] as AuditEvent,
      )
      return [parseEvent(line), ...hidden].map(event => changeEvent(event, { cluster: '' })?.id)
    })
    assert.equal(ids.length, 6)
    assert.deepEqual(new Set(ids), new Set([ids[0]]))
  })

  test('the identity is that of the original', () => {
    const [{ line = '' } = {}] = PLANTED
    const original = parseEvent(line)
    const [left] = processor.process(batchOf([original])).events
    assert.notEqual(left?.raw.toString(), line)
    assert.equal(left?.identity(''), parseEvent(line).identity(''))
  })
})

test('what was hidden before is left alone, as replayed dead letters are', () => {
  for (const options of [{}, { mode: 'hash', key: '0123456789abcdef' }]) {
    const using = redactor(options)
    // Of a script more may go the second time: what was hidden may have had a quote in it.
    for (const { title, line } of PLANTED.filter(planted => !planted.title.startsWith('the command'))) {
      const once = redact(line, using)
      assert.equal(redact(once, using), once, title)
    }
  }
})

/** A value with each string, number and key of what is hidden left out of account. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, shape(child)]))
  return typeof value === 'string' || typeof value === 'number' ? 0 : value
}

suite('dead letters', () => {
  const kept = (line: string, options: object = {}) =>
    redactor(options).withhold?.(Buffer.from(line)).toString() ?? ''
  const HEAD =
    '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"1","requestURI":"/api/pods'

  test('of a torn event its beginning is kept, up to the query of its URI', () => {
    assert.equal(
      kept(`${HEAD}?limit=5&token=abc","verb":"get","user":{"us`),
      `${HEAD}?<redacted>","verb":"get","user":{"us`,
    )
    assert.equal(kept(`${HEAD}?a=\\"b&token=abc`), `${HEAD}?<redacted>`)
  })

  test('of a torn event with two URIs neither query is kept', () => {
    const twice = `${HEAD}?token=abc","requestURI":"/y?token=abc","verb":"get`
    assert.equal(kept(twice), `${HEAD}?<redacted>","requestURI":"/y?<redacted>","verb":"get`)
  })

  test('of two torn events glued together the second is left out, and so are bodies', () => {
    const text = kept(`${HEAD}?limit=5"${HEAD}/exec?command=--password%3Dabc`)
    assert.match(text, /^.*pods\?<redacted>"<redacted: \d+ bytes>$/)
    assert.match(kept(`${HEAD}","requestObject":{"data":{"a":"abc"}`), /pods",<redacted: \d+ bytes>$/)
  })

  test('of anything else only the length', () => {
    assert.equal(kept('c2VjcmV0"},"kind":"Secret"}'), '<redacted: 27 bytes>')
  })

  test('patterns of the user count', () => {
    assert.ok(!kept(`${HEAD}","userAgent":"corp-abc"`, { patterns: ['corp-\\w+'] }).includes('abc'))
  })
})

suite('what the user adds', () => {
  const POD = `{"level":"Request","stage":"ResponseComplete","auditID":"1","objectRef":{"resource":"pods"},"requestObject":{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"one"},{"name":"Y","value":7}]}],"initContainers":[{"env":[{"value":"one"},{"value":{"from":"three"}}]}]}}}`

  test('a path: all values at it and in what is at it', () => {
    const left = redact(POD, redactor({ paths: ['requestObject.spec.**.env[*].value'] }))
    const hidden = POD.replaceAll('"one"', '"<redacted>"')
      .replace(':7', ':"<redacted>"')
      .replace('"three"', '"<redacted>"')
    assert.equal(left, hidden)
  })

  test('a pattern: all of what it fits, or its group', () => {
    assert.equal(redact(POD, redactor({ patterns: ['thr.e'] })), POD.replace('three', '<redacted>'))
    assert.equal(redact(POD, redactor({ patterns: ['t(hr)ee'] })), POD.replace('three', 't<redacted>ee'))
  })

  test('a pattern fits characters outside of ASCII and escapes, too', () => {
    const line = POD.replace('three', 'gr\\u00fcn grün 😀')
    const left = redact(line, redactor({ patterns: ['[^\\x00-\\x7f]+'] }))
    assert.equal(left, POD.replace('three', 'gr<redacted>n gr<redacted>n <redacted>'))
  })

  test('a hash: equal secrets are equal, others and other keys are not', () => {
    const hashes = (key: string) =>
      [
        ...redact(POD, redactor({ mode: 'hash', key, paths: ['**.value'] })).matchAll(/<hmac:[\w-]{22}>/g),
      ].map(String)
    const [first, seven, again, three] = hashes('0123456789abcdef')
    assert.equal(first, again)
    assert.equal(new Set([first, seven, three, ...hashes('another key, also long')]).size, 6)
  })

  test('a hash has a key', () => {
    const { success, error } = redactProcessor.options.safeParse({ mode: 'hash' })
    assert.equal(success, false)
    assert.match(String(error?.issues[0]?.message), /expected a key for mode: hash/)
  })
})

suite('bounds', () => {
  const LENGTH = 500_000
  const REPEATED = [
    'a',
    '-',
    'eyJ-',
    'eyJaaaaaaaa.',
    '://',
    'a://',
    'a:',
    '@',
    'a@',
    '//@',
    '-p ',
    'token ',
    'token=',
    '-----BEGIN PRIVATE KEY-----',
    'bearer ',
    '%',
    '%61',
    ';',
    '&command=',
    '\\\\u0041',
    'redis-cli ',
    'LS0tLS1CRUdJTi',
    ' ',
    '"',
    "'",
    'a.',
    '--from-literal=',
  ]
  for (const text of REPEATED)
    test(`half a megabyte of ${JSON.stringify(text)} takes no longer than in proportion`, {
      timeout: 20_000,
    }, () => {
      const long = JSON.stringify(text.repeat(LENGTH / text.length))
      const uri = JSON.stringify(`/x?command=sh&token=1&${text.repeat(LENGTH / text.length)}`)
      redact(
        `{"level":"Request","stage":"ResponseComplete","auditID":"Secret eyJ","requestObject":{"a":${long}},"requestURI":${uri}}`,
      )
    })

  for (const part of [
    '+-p+x',
    '+-px',
    '.pwd',
    '&command=-px',
    '&command=--password%3Dx',
    "'",
    '%22',
    '+PASSWORD%3Da%5C+',
  ])
    test(`a command of half a megabyte of ${part} takes no longer than in proportion`, {
      timeout: 20_000,
    }, () => {
      const left = redact(
        `{"level":"Request","stage":"ResponseComplete","auditID":"1","requestURI":"/version?command=sh${part.repeat(LENGTH / part.length)}"}`,
      )
      assert.ok(left.length < 5 * LENGTH)
    })

  test('paths of the user, and a body as deep as it is long', { timeout: 20_000 }, () => {
    const paths = ['requestObject.spec.**.env[*].value', '**.x.**.y']
    const body = `${'['.repeat(50_000)}${'1,'.repeat(100_000)}1${']'.repeat(50_000)}`
    redact(
      `{"level":"Request","stage":"ResponseComplete","auditID":"1","requestObject":{"spec":${body}}}`,
      redactor({ paths }),
    )
  })

  test('any depth', () => {
    const deep = `${'{"Secret":['.repeat(100_000)}"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.x"${']}'.repeat(100_000)}`
    const left = redact(
      `{"level":"Request","stage":"ResponseComplete","auditID":"1","requestObject":${deep}}`,
    )
    assert.ok(!left.includes('eyJ'))
  })
})
