import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJsonPath, valuesAt } from '../../src/audit/json-path.ts'

const EVENT = {
  verb: 'create',
  annotations: { 'a.b/c': 'dotted' },
  requestObject: {
    spec: {
      containers: [
        { name: 'a', env: [{ name: 'X', value: '1' }] },
        { name: 'b', env: [{ name: 'Y', value: '2' }] },
      ],
      initContainers: [{ env: [{ value: '3' }] }],
    },
  },
}

const ROWS: readonly [path: string, values: readonly unknown[]][] = [
  ['verb', ['create']],
  ['annotations["a.b/c"]', ['dotted']],
  ['requestObject.spec.containers[1].name', ['b']],
  ['requestObject.spec.containers[*].name', ['a', 'b']],
  ['requestObject.spec.*[*].env[*].value', ['1', '2', '3']],
  ['requestObject.spec.**.env[*].value', ['1', '2', '3']],
  ['**.value', ['1', '2', '3']],
  ['requestObject.spec.containers.name', []],
  ['verb.name', []],
  ['nothing.at.all', []],
  ['requestObject.**.containers[0].name', ['a']],
]

for (const [path, values] of ROWS)
  test(`${path} is ${JSON.stringify(values)}`, () => {
    assert.deepEqual(valuesAt(parseJsonPath(path), EVENT), values)
  })

for (const path of ['', '.', 'a..b', 'a[', 'a[x]', 'a["b]', 'a]b', 'a***'])
  test(`"${path}" is no path`, () => {
    assert.throws(() => parseJsonPath(path), SyntaxError)
  })

test('a list of a million is no trouble', () => {
  assert.equal(valuesAt(parseJsonPath('**'), Array(1_000_000).fill(1)).length, 1_000_001)
})

test('a million levels are no trouble', () => {
  let deep: unknown = 'end'
  for (let level = 0; level < 1_000_000; level++) deep = { deep }
  assert.equal(valuesAt(parseJsonPath('**'), deep).length, 1_000_001)
})
