import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type AttributeKind, attributeValue } from '../../src/audit/attributes.ts'
import { parseJsonPath } from '../../src/audit/json-path.ts'
import { pathAttribute } from '../../src/audit/path-attribute.ts'
import { parseEvent } from '../../src/audit/scan.ts'

/** Written by hand: JSON.stringify knows neither needless escapes nor keys that are there twice. */
const EVENT = parseEvent(String.raw`{"level":"Request","auditID":"i","stage":"Panic",
  "annotations":{"example.com/team":"first","example.com\/team":"pay\u006dents","n":"-42","f":"4.2","yes":"true","no":"false"},
  "user":{"username":"alice","extra":{"scopes":["a","b"]}}, "more":{"deep":[{"x":1},{"x":true},{"x":{"y":2}}]},
  "requestObject":{"spec":{"replicas":3,"paused":false,"list":["a",1,null,["b"]]},"big":9007199254740993}}`)

suite('an attribute at a path', () => {
  const rows: [path: string, kind: AttributeKind, value: unknown][] = [
    ['annotations["example.com/team"]', 'string', 'payments'],
    ['annotations.n', 'int', -42],
    ['annotations.n', 'string', '-42'],
    ['annotations.f', 'int', undefined],
    ['annotations.yes', 'bool', true],
    ['annotations.no', 'bool', false],
    ['annotations.n', 'bool', undefined],
    ['annotations.none', 'string', undefined],
    ['annotations', 'string', undefined],
    ['annotations.*', 'string[]', ['payments', '-42', '4.2', 'true', 'false']],
    ['user.username', 'string', 'alice'],
    ['user.extra.scopes', 'string[]', ['a', 'b']],
    ['user.extra.scopes[1]', 'string', 'b'],
    ['requestObject.spec.replicas', 'int', 3],
    ['requestObject.spec.replicas', 'string', '3'],
    ['requestObject.spec.paused', 'bool', false],
    ['requestObject.spec.list', 'string[]', ['a', '1']],
    ['requestObject.big', 'int', undefined],
    ['requestObject.**.replicas', 'int', 3],
    ['more.deep[*].x', 'bool', true],
    ['more.deep[*].x', 'string[]', ['1', 'true']],
    ['more.none', 'string[]', undefined],
    ['responseObject.x', 'string', undefined],
    ['**.x', 'int', 1],
  ]
  for (const [path, kind, value] of rows)
    test(`${path} as ${kind} is ${JSON.stringify(value)}`, () => {
      const attribute = pathAttribute('own', parseJsonPath(path), kind)
      assert.deepEqual(attributeValue(attribute, EVENT), value)
    })

  test('is of each event its own, though they come one after the other', () => {
    const attribute = pathAttribute('own', parseJsonPath('annotations.a'), 'string')
    const values = ['1', '2', '1'].map(a =>
      attributeValue(
        attribute,
        parseEvent(`{"level":"Metadata","auditID":"i","stage":"Panic","annotations":{"a":"${a}"}}`),
      ),
    )
    assert.deepEqual(values, ['1', '2', '1'])
  })
})
