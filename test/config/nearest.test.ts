import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { editDistance, nearest } from '../../src/config/nearest.ts'

suite('the edit distance', () => {
  const rows = [
    ['same', 'same', 0],
    ['otlp', 'otpl', 1],
    ['compresion', 'compression', 1],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
  ] as const
  for (const [from, to, distance] of rows) {
    test(`of "${from}" and "${to}" is ${distance}`, () => assert.equal(editDistance(from, to), distance))
  }
})

suite('the nearest name', () => {
  const known = ['endpoint', 'compression', 'stateDir', 'auditLog', 'a']
  const rows = [
    { name: 'endpiont', meant: 'endpoint' },
    { name: 'state_dir', meant: 'stateDir' },
    { name: 'AUDITLOG', meant: 'auditLog' },
    { name: 'colour', meant: undefined },
    { name: 'x', meant: undefined },
    { name: '', meant: undefined },
  ]
  for (const { name, meant } of rows) {
    test(`to "${name}" is ${meant ?? 'none'}`, () => assert.equal(nearest(name, known), meant))
  }
})
