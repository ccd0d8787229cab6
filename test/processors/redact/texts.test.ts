import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { lineOf, redacted, redactor } from './redacted.ts'

const processor = redactor()
const S = 'UGw0bnQzZA=='
const R = '<redacted>'

/** JSON of an event's body that holds the text, and the same as the annotation of what kubectl applied last. */
const inConfigMap = (text: string) => `"requestObject":{"data":{"a.json":${JSON.stringify(text)}}}`
const lastApplied = (text: string) =>
  `"objectRef":{"resource":"secrets"},"requestObject":{"kind":"Secret","metadata":{"annotations":{"a":"b","kubectl.kubernetes.io/last-applied-configuration":${JSON.stringify(text)}}},"type":"Opaque"}`

suite('in a text that is JSON of a Secret only the values are hidden, all else stays byte for byte', () => {
  const texts: [title: string, text: string][] = [
    ['white space and key order', `{ "kind" : "Secret",\t"data" : {"z":"${S}", "a":"${S}"} ,"type":"b" }\n`],
    [
      'numbers',
      `{"kind":"Secret","data":{"a":"${S}"},"metadata":{"n":1.50e+03,"big":12345678901234567890123,"generation":-0}}`,
    ],
    [
      'escapes',
      `{"kind":"Secret","metadata":{"labels":{"\\u00e9\\/":"\\u003cb\\u003e\\n\\"q\\""}},"data":{"a":"${S}"}}`,
    ],
    [
      'characters of 2, 3 and 4 bytes',
      `{"kind":"Secret","metadata":{"name":"é€😀"},"data":{"ü":"${S}","😀":"${S}"}}`,
    ],
    ['duplicate keys', `{"kind":"Secret","data":{"a":"${S}"},"data":{"a":"${S}"},"x":null}`],
    ['several documents', `{"kind":"ConfigMap","data":{"a":"b"}}\n{"kind":"Secret","data":{"a":"${S}"}}\n`],
    [
      'JSON within JSON',
      JSON.stringify({ a: `{"kind":"Secret","metadata":{"name":"x"},"data":{"a":"${S}"}}`, b: 1 }),
    ],
    [
      'JSON within JSON within JSON',
      JSON.stringify({ a: JSON.stringify([`{"kind":"Secret", "data":{"a":"${S}"}}`]) }),
    ],
  ]
  for (const [title, text] of texts) {
    test(`${title}, in a ConfigMap`, () => {
      const line = lineOf(inConfigMap(text))
      assert.equal(redacted(line, processor), line.replaceAll(S, R))
    })
    test(`${title}, with letters and angle brackets as escapes`, () => {
      const line = lineOf(inConfigMap(text))
        .replace(/Secret/g, '\\u0053ecret')
        .replaceAll('b\\\\u003e', 'b>')
      assert.equal(redacted(line, processor), line.replaceAll(S, R))
    })
    test(`${title}, in a command`, () => {
      const uri = `/x/exec?command=apply&command=${encodeURIComponent(text)}&stdin=true`
      const line = lineOf(`"requestURI":${JSON.stringify(uri)}`)
      const expected = line.replaceAll(encodeURIComponent(S), '%3Credacted%3E')
      assert.equal(redacted(line, processor), expected)
    })
  }

  test('as the annotation of what was applied last, whatever kind it says', () => {
    for (const kind of ['Secret', 'ConfigMap']) {
      const line = lineOf(
        lastApplied(
          `{"apiVersion":"v1", "data":{"p":"${S}","n":1.0},"kind":"${kind}","metadata":{"name":"x"}}\n`,
        ),
      )
      assert.equal(redacted(line, processor), line.replace(S, R).replace(':1.0', `:\\"${R}\\"`))
    }
  })

  test('that annotation is hidden whole when it is no JSON', () => {
    const line = lineOf(lastApplied(`{"data":{"p":"${S}`))
    assert.match(redacted(line, processor), /last-applied-configuration":"<redacted>"}},"type":"Opaque"/)
  })

  test('a number becomes a string, with quotes as deep as it stands', () => {
    const deep = (value: string) =>
      lineOf(inConfigMap(JSON.stringify({ a: `{"kind":"Secret","stringData":{"pin":${value}}}` })))
    assert.equal(redacted(deep('-4711'), processor), deep(`"${R}"`))
    JSON.parse(redacted(deep('-4711'), processor))
  })
})

suite('a Secret is found', () => {
  const texts: [title: string, text: string][] = [
    ['by a kind with an escape in JSON in JSON', `{"kind":"\\u0053ecret","data":{"a":"${S}"}}`],
    ['by keys with escapes in JSON in JSON', `{"k\\u0069nd":"Secret","d\\u0061ta":{"a":"${S}"}}`],
    ['in JSON in JSON in JSON', JSON.stringify({ a: `{"kind":"\\u0053ecret","data":{"a":"${S}"}}` })],
    ['in YAML with many spaces', `kind:${' '.repeat(40)}Secret\nstringData:\n  a: ${S}\n`],
    ['in YAML with spaces before the colon', `"kind"${' '.repeat(12)}: 'Secret'\ndata: {a: ${S}}\n`],
    ['in YAML with a tag and an anchor', `kind: !!str &k Secret\ndata: {a: ${S}}\n`],
    ['in a folded YAML scalar', `kind: >-\n  Secret\ndata: {a: ${S}}\n`],
    ['in JSON that is torn', `{"kind":"Secret","data":{"a":"${S}"`],
    ['in JSON in a script', `kubectl apply -f - <<< '{"kind": "Secret", "data": {"a": "${S}"}}'`],
    ['in escaped JSON in a script', `curl -d "{\\"kind\\":\\"Secret\\",\\"data\\":{\\"a\\":\\"${S}\\"}}"`],
  ]
  for (const [title, text] of texts) {
    test(title, () => assert.ok(!redacted(lineOf(inConfigMap(text)), processor).includes(S)))
    test(`${title}, in a command`, () => {
      const uri = `/x/exec?command=sh&command=-c&command=${encodeURIComponent(text)}`
      const left = redacted(lineOf(`"requestURI":${JSON.stringify(uri)}`), processor)
      assert.ok(!left.includes(encodeURIComponent(S)), left)
    })
  }
})

suite('of credentials in bodies', () => {
  const hides: [title: string, text: string, secret: string][] = [
    ['a bearer token, in lower case', 'authorization: bearer Pl4nt3dPl4nt3d', 'Pl4nt3dPl4nt3d'],
    ['a bearer token, in upper case', 'BEARER Pl4nt3dPl4nt3d', 'Pl4nt3dPl4nt3d'],
    ['a bearer token behind several spaces', 'Bearer \t Pl4nt3dPl4nt3d', 'Pl4nt3dPl4nt3d'],
    ['a bearer token in quotes', 'bearer "Pl4nt3dPl4nt3d"', 'Pl4nt3dPl4nt3d'],
    ['basic credentials', 'Authorization: Basic YWxpY2U6Pl4nt3d=', 'YWxpY2U6Pl4nt3d='],
    ['basic credentials, in lower case', 'basic YWxpY2U6Pl4nt3d=', 'YWxpY2U6Pl4nt3d='],
    ['an access key', 'AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
    ['a temporary access key', 'id=ASIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE'],
    ['an access key behind a letter that is not ASCII', 'é ASIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE'],
    ['an access key on a line of its own', 'a\nASIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE'],
    ['a URL whose slashes are escapes', 'https:\\u002f\\u002fme:Pl4nt3d@host', 'Pl4nt3d'],
    ['a URL whose at is an escape', 'https://me:Pl4nt3d\\u0040host', 'Pl4nt3d'],
  ]
  // At each offset in memory that a word may have.
  for (const [title, text, secret] of hides)
    for (const shift of ['', 'a', 'ab', 'abc'])
      test(`${title} is hidden${shift === '' ? '' : `, ${shift.length} bytes later`}`, () => {
        const string = JSON.stringify(text).replaceAll('\\\\u', '\\u')
        const line = lineOf(`"x":"${shift}","requestObject":{"data":{"a":${string}}}`)
        assert.equal(redacted(line, processor), line.replace(secret, R))
      })

  for (const text of [
    'Basic authentication is turned on',
    'a bearer token authenticates',
    'basic configuration',
    'Bearer authentication.',
    'basic auth/user-password',
  ])
    test(`${text}: stays`, () => {
      const line = lineOf(inConfigMap(text))
      assert.equal(redacted(line, processor), line)
    })
})
