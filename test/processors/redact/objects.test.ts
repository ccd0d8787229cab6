import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { EventScanner, parseEvent } from '../../../src/audit/scan.ts'
import { batchOf } from '../../../src/pipeline/batch.ts'
import { growthBy, outermost, writeEdited } from '../../../src/processors/redact/edits.ts'
import { lineOf, redacted, redactor } from './redacted.ts'

const processor = redactor()
const S = 'UGw0bnQzZA=='
const R = '<redacted>'

suite('of keys that an event has more than once, each is looked at', () => {
  const rows: [title: string, members: string][] = [
    ['a URI before another one', `"requestURI":"/x?token=${S}","requestURI":"/y"`],
    ['a URI with a key written otherwise', `"requestUR\\u0049":"/x?token=${S}","requestURI":"/y"`],
    [
      'a body before another one',
      `"objectRef":{"resource":"secrets"},"requestObject":{"data":{"a":"${S}"}},"requestObject":{"data":{}}`,
    ],
    [
      'three bodies and two URIs',
      `"requestURI":"/x?token=${S}","objectRef":{"resource":"secrets"},"requestObject":{"data":{"a":"${S}"}},"requestURI":"/y?token=${S}","requestObject":["${S}"],"requestObject":{}`,
    ],
    [
      'a body of a Secret, whose resource is followed by another',
      `"objectRef":{"resource":"secrets"},"requestObject":{"data":{"a":"${S}"}},"objectRef":{"resource":"pods"}`,
    ],
    [
      'the resource twice in one reference',
      `"objectRef":{"resource":"secrets","resource":"pods"},"responseObject":{"data":{"a":"${S}"}}`,
    ],
    [
      'the code of a refusal twice',
      `"objectRef":{"resource":"secrets"},"responseStatus":{"code":400,"message":"${S}","code":200}`,
    ],
    [
      'a token request, whose subresource is followed by another',
      `"objectRef":{"resource":"serviceaccounts","subresource":"token","subresource":""},"responseObject":{"status":{"token":"${S}"}}`,
    ],
    [
      'annotations by a webhook',
      `"annotations":{"patch.webhook.admission.k8s.io/a":"${S}"},"objectRef":{"resource":"secrets"},"annotations":{}`,
    ],
  ]
  for (const [title, members] of rows)
    test(title, () => {
      const line = lineOf(members)
      const expected = line.replaceAll(`=${S}`, '=%3Credacted%3E').replaceAll(S, R)
      assert.equal(redacted(line, processor), expected)
      // Also where other lines are in the buffer.
      const log = Buffer.from(`${lineOf('"a":1')}\n${line}\n`)
      const event = new EventScanner().scan(log, log.length - line.length - 1, log.length - 1)
      assert.ok(typeof event !== 'string')
      assert.equal(String(processor.process(batchOf([event])).events[0]?.raw), expected)
    })

  test('an event with more ways to read it than 256 goes no further', () => {
    const references = '"objectRef":{"resource":"pods"},'.repeat(300)
    const event = parseEvent(lineOf(`${references}"a":1`))
    assert.throws(() => processor.process(batchOf([event])), /there too often/)
  })
})

suite('a reference to a Secret stays as it is', () => {
  const rows: [title: string, body: string][] = [
    [
      'an owner',
      `{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Secret","name":"web","uid":"u","controller":true}]}}`,
    ],
    [
      'what an event is about',
      `{"kind":"Event","involvedObject":{"kind":"Secret","namespace":"a","name":"web","resourceVersion":"7","fieldPath":"x"}}`,
    ],
    [
      'a certificate of a gateway',
      `{"spec":{"listeners":[{"tls":{"certificateRefs":[{"group":"","kind":"Secret","name":"web"}]}}]}}`,
    ],
    [
      'values of a release',
      `{"spec":{"valuesFrom":[{"kind":"Secret","name":"web","valuesKey":"a.yaml","targetPath":"tls.crt"}]}}`,
    ],
    [
      'the state of an application',
      `{"status":{"resources":[{"kind":"Secret","version":"v1","name":"web","status":"Synced","health":{"status":"Healthy"}}]}}`,
    ],
    [
      'a volume and a variable of a pod',
      `{"spec":{"volumes":[{"secret":{"secretName":"web"}}],"containers":[{"envFrom":[{"secretRef":{"name":"web"}}],"env":[{"valueFrom":{"secretKeyRef":{"name":"web","key":"password"}}}]}]}}`,
    ],
    ['text about a reference', `{"data":{"a":${JSON.stringify('{"kind":"Secret","name":"web"}')}}}`],
  ]
  for (const [title, body] of rows)
    for (const field of ['requestObject', 'responseObject'])
      test(`${title}, in the ${field}`, () => {
        const line = lineOf(`"objectRef":{"resource":"widgets"},"${field}":${body}`)
        assert.equal(redacted(line, processor), line)
      })

  for (const data of [
    '"data":{"a":"X"}',
    '"stringData":{"a":"X"}',
    '"Data":{"a":"X"}',
    '"data":"X"',
    '"metadata":{},"other":"X"',
  ])
    test(`with ${data} it is a Secret`, () => {
      const line = lineOf(
        `"objectRef":{"resource":"widgets"},"requestObject":{"a":[{"kind":"Secret",${data}}]}`,
      )
      assert.equal(redacted(line, processor), line.replace('"X"', `"${R}"`))
    })
})

suite('values of a Secret', () => {
  for (const value of ['-4711', '4711', '-0.5e3', `"${S}"`])
    test(`${value} is hidden`, () => {
      const line = lineOf(`"objectRef":{"resource":"secrets"},"requestObject":{"data":{"pin":${value}}}`)
      assert.equal(redacted(line, processor), line.replace(`:${value}}`, `:"${R}"}`))
    })

  for (const value of ['null', 'true', 'false', '""', '{}', '[]'])
    test(`${value} stays`, () => {
      const line = lineOf(`"objectRef":{"resource":"secrets"},"requestObject":{"data":{"pin":${value}}}`)
      assert.equal(redacted(line, processor), line)
    })
})

suite('paths of the user', () => {
  const using = redactor({ paths: ['requestObject.spec.containers[*].env[*].value'] })
  const patched = (patch: string) => lineOf(`"objectRef":{"resource":"pods"},"requestObject":${patch}`)
  const hides: [title: string, patch: string][] = [
    [
      'a value that a JSON patch sets',
      `[{"op":"replace","path":"/spec/containers/0/env/3/value","value":"${S}"}]`,
    ],
    ['the value before the path', `[{"value":"${S}","path":"/spec/containers/0/env/3/value","op":"add"}]`],
    [
      'a value in what it adds',
      `[{"op":"add","path":"/spec/containers/0/env/-","value":{"name":"a","value":"${S}"}}]`,
    ],
    [
      'values in a list that it sets',
      `[{"op":"test","path":"/a","value":1},{"op":"add","path":"/spec","value":{"containers":[{"env":[{"value":"${S}"}]}]}}]`,
    ],
    [
      'a value in all that it sets',
      `[{"op":"replace","path":"","value":{"spec":{"containers":[{"env":[{"value":"${S}"}]}]}}}]`,
    ],
    ['a value of a merge patch', `{"spec":{"containers":[{"env":[{"value":"${S}"}]}]}}`],
  ]
  for (const [title, patch] of hides)
    test(`reach ${title}`, () => {
      const line = patched(patch)
      assert.equal(redacted(line, using), line.replaceAll(S, R))
    })

  test('leave the rest of a patch alone, and keys with a slash are found', () => {
    const other = patched(
      `[{"op":"add","path":"/spec/containers/0/env/0/name","value":"a"},{"op":"add","path":1,"value":2},3]`,
    )
    assert.equal(redacted(other, using), other)
    const line = patched(`[{"op":"add","path":"/metadata/annotations/a.b~1c~0d","value":"${S}"}]`)
    const slash = redactor({ paths: ['requestObject.metadata.annotations["a.b/c~d"]'] })
    assert.equal(redacted(line, slash), line.replace(S, R))
  })
})

test('each event of a batch keeps its own bytes, place and time, and the batch says how many bytes it has', () => {
  const secret = (value: string) =>
    lineOf(`"objectRef":{"resource":"secrets"},"requestObject":{"data":{"a":"${value}"}}`)
  const lines = [
    secret('a'),
    lineOf('"verb":"get"'),
    secret(S.repeat(9)),
    secret('c'),
    lineOf('"verb":"list"'),
  ]
  const log = Buffer.from(`${lines.join('\n')}\n`)
  const scanner = new EventScanner()
  const events = lines.map((line, index) => {
    const start = log.indexOf(line, index === 0 ? 0 : lines[0]?.length)
    const event = scanner.scan(log, start, start + line.length)
    assert.ok(typeof event !== 'string')
    return Object.assign(event, {
      position: start,
      readAt: index,
      source: 'audit.log',
      sampleRate: index + 1,
    })
  })
  const batch = processor.process(batchOf(events))
  const hidden = [secret(R), lines[1], secret(R), secret(R), lines[4]]
  assert.deepEqual(
    batch.events.map(event => event.raw.toString()),
    hidden,
  )
  assert.equal(batch.bytes, hidden.join('').length)
  for (const [index, event] of batch.events.entries()) {
    const { position, readAt, source, sampleRate } = events[index] ?? event
    assert.deepEqual(
      [event.position, event.readAt, event.source, event.sampleRate],
      [position, readAt, source, sampleRate],
    )
  }
})

test('an event that was replayed keeps the identity of the original', () => {
  const event = parseEvent(lineOf(`"objectRef":{"resource":"secrets"},"requestObject":{"data":{"a":"${S}"}}`))
  event.knownIdentity = 'of-the-original'
  event.knownRequestId = 'request-of-the-original'
  const [left] = processor.process(batchOf([event])).events
  assert.notEqual(left, event)
  assert.deepEqual(
    [left?.knownIdentity, left?.knownRequestId],
    ['of-the-original', 'request-of-the-original'],
  )
})

suite('edits that overlap', () => {
  const edit = (start: number, end: number, text: string) => ({ start, end, text, rule: '', where: '' })
  const rows: [title: string, edits: ReturnType<typeof edit>[], left: string][] = [
    ['in any order', [edit(6, 8, 'b'), edit(1, 3, 'a')], '0a345b89'],
    ['one within another', [edit(4, 6, 'b'), edit(2, 8, 'a')], '01a89'],
    ['twice the same', [edit(2, 4, 'a'), edit(2, 4, 'b')], '01a456789'],
    ['the longer one of two that begin together', [edit(2, 4, 'a'), edit(2, 6, 'b')], '01b6789'],
    ['one that goes on behind another', [edit(2, 5, 'a'), edit(4, 8, 'b')], '01a89'],
    ['a chain', [edit(1, 4, 'a'), edit(3, 6, 'b'), edit(5, 8, 'c')], '0a89'],
    ['side by side', [edit(2, 4, 'a'), edit(4, 6, 'b')], '01ab6789'],
  ]
  for (const [title, overlapping, left] of rows)
    test(title, () => {
      const edits = outermost(overlapping)
      const target = Buffer.alloc(10 + growthBy(edits) + 1)
      const end = writeEdited(target, 1, Buffer.from('0123456789'), 0, 10, edits)
      assert.equal(target.toString('latin1', 1, end), left)
      assert.equal(end, target.length)
    })
})

test('what stands behind characters of 1 to 4 bytes is hidden where it stands', () => {
  const line = lineOf('"a":"aé€😀 corp-1 😀\\u00e9\\ud83d\\ude00\\n corp-2 €"')
  const left = redacted(line, redactor({ patterns: ['corp-\\d'] }))
  assert.equal(left, line.replace(/corp-\d/g, R))
  const faces = redacted(line, redactor({ patterns: ['😀'] }))
  assert.equal(faces, line.replaceAll('😀', R).replace('\\ud83d\\ude00', R))
})
