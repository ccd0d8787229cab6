import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { selectAttributes } from '../../src/config/attributes.ts'
import { TABLE } from './fake-types.ts'

suite('selected attributes', () => {
  const rows = [
    { title: 'are those on by default', include: [], exclude: [], names: ['verb', 'user.username'] },
    {
      title: 'gain the included, in the order of the table',
      include: ['user.uid', 'verb'],
      exclude: [],
      names: ['verb', 'user.username', 'user.uid'],
    },
    { title: 'lose the excluded', include: [], exclude: ['verb'], names: ['user.username'] },
    {
      title: 'go by names with the prefix too',
      include: ['k8s.auditlog.user.uid'],
      exclude: ['k8s.auditlog.verb'],
      names: ['user.username', 'user.uid'],
    },
  ]
  for (const { title, include, exclude, names } of rows) {
    test(title, () => {
      const { attributes, problems } = selectAttributes(TABLE, { include, exclude })
      assert.deepEqual(problems, [])
      assert.deepEqual(
        attributes.map(({ name }) => name),
        names.map(name => `k8s.auditlog.${name}`),
      )
    })
  }

  test('have a problem for each unknown name, with the nearest', () => {
    const { problems } = selectAttributes(TABLE, { include: ['user.uid', 'usr.uid'], exclude: [] })
    assert.deepEqual(problems, [
      {
        path: ['include', 1],
        message:
          'unknown attribute "usr.uid"; did you mean "user.uid"? Known attributes: verb, user.username, user.uid',
      },
    ])
  })
})
