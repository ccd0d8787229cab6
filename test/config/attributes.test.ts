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
      const { attributes, problems } = selectAttributes(TABLE, { include, exclude, add: {} })
      assert.deepEqual(problems, [])
      assert.deepEqual(
        attributes.map(({ name }) => name),
        names.map(name => `k8s.auditlog.${name}`),
      )
    })
  }

  test('have a problem for each unknown name, with the nearest', () => {
    const { problems } = selectAttributes(TABLE, {
      include: ['user.uid', 'usr.uid'],
      exclude: [],
      add: {},
    })
    assert.deepEqual(problems, [
      {
        path: ['include', 1],
        message:
          'unknown attribute "usr.uid"; did you mean "user.uid"? Known attributes: verb, user.username, user.uid',
      },
    ])
  })

  test("end with the user's own, typed, under the same prefix", () => {
    const { attributes, problems } = selectAttributes(TABLE, {
      include: [],
      exclude: [],
      add: {
        team: { path: 'annotations["example.com/team"]', type: 'string' },
        'k8s.auditlog.request.replicas': { path: 'requestObject.spec.replicas', type: 'int' },
      },
    })
    assert.deepEqual(problems, [])
    assert.deepEqual(
      attributes.slice(2).map(({ name, kind, mapping }) => [name, kind, mapping]),
      [
        ['k8s.auditlog.team', 'string', 'keyword'],
        ['k8s.auditlog.request.replicas', 'int', 'long'],
      ],
    )
  })

  const wrong: [title: string, name: string, path: string, place: string, says: RegExp][] = [
    ['a name of the table', 'verb', 'a', 'add.verb', /the attribute verb is there already/],
    ['one with the prefix, too', 'k8s.auditlog.verb', 'a', 'add.k8s.auditlog.verb', /is there already/],
    ['a name above another', 'user', 'a', 'add.user', /clashes with the attribute user.username/],
    ['a name below another', 'verb.x', 'a', 'add.verb.x', /clashes with the attribute verb/],
    ['a name that is none', '9 lives', 'a', 'add.9 lives', /expected a name such as team/],
    ['a path that is none', 'team', 'a[', 'add.team.path', /not a path: .* at its character 2/],
  ]
  for (const [title, name, path, place, says] of wrong) {
    test(`have a problem for ${title}`, () => {
      const add = { [name]: { path, type: 'string' } as const }
      const { problems } = selectAttributes(TABLE, { include: [], exclude: [], add })
      assert.deepEqual([problems.length, problems[0]?.path.join('.')], [1, place])
      assert.match(problems[0]?.message ?? '', says)
    })
  }
})
