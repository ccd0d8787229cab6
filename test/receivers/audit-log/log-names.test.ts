import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LogNames } from '../../../src/receivers/audit-log/log-names.ts'

interface Row {
  readonly title: string
  readonly pattern: string
  /** Files by the live file of their log; '' for those that belong to none. */
  readonly logs: Readonly<Record<string, readonly string[]>>
}

const ROWS: readonly Row[] = [
  {
    title: 'two logs, each with its own rotated files',
    pattern: 'kube-*.log',
    logs: {
      'kube-a.log': ['kube-a.log', 'kube-a-2026-01-02T03-04-05.000.log', 'kube-a.log.1', 'kube-a.log.2.gz'],
      'kube-b.log': ['kube-b.log', 'kube-b-2026-01-02T03-04-05.000.log.gz', 'kube-b.log-20260102'],
    },
  },
  {
    title: 'rotated files of a log whose live file is away at the moment',
    pattern: '*.log',
    logs: { 'audit.log': ['audit-2026-01-02T03-04-05.000.log', 'audit-20260101.log', 'audit.log.1'] },
  },
  {
    title: 'a log for each day, when the pattern does not fit a name without the day',
    pattern: 'audit-*.log',
    logs: {
      'audit-20260101.log': ['audit-20260101.log'],
      'audit-2026-01-02.log': ['audit-2026-01-02.log'],
      '': ['audit.log', 'audit.log.1'],
    },
  },
  {
    title: 'a log for each day, rotated within the day or compressed after it',
    pattern: 'audit-*.log',
    logs: {
      'audit-20260101.log': [
        'audit-20260101-2026-01-01T10-00-00.000.log.gz',
        'audit-20260101.log.1',
        'audit-20260101.log.gz',
      ],
    },
  },
  {
    title: 'a name that is rotated twice over belongs to the log it comes from',
    pattern: 'audit*',
    logs: { 'audit.log': ['audit-20260101-20260102.log', 'audit.log-20260101', 'audit.log'] },
  },
  {
    title: 'the longer name when a file may be of two logs',
    pattern: '*.log',
    logs: {
      'audit.log': ['audit-2026-01-02T03-04-05.000.log'],
      'audit-2026.log': ['audit-2026.log', 'audit-2026-2026-01-02T03-04-05.000.log'],
    },
  },
  {
    title: 'files that only look alike are logs of their own',
    pattern: 'audit*',
    logs: {
      'audit.log': ['audit.log'],
      'audit.log.bak': ['audit.log.bak'],
      'audit.log.1.1': ['audit.log.1.1'],
      'audit-policy.log': ['audit-policy.log'],
    },
  },
  {
    title: 'names without extension',
    pattern: '{a,b}',
    logs: { a: ['a', 'a-20260101', 'a.1.gz'], b: ['b', 'b.10'], '': ['c', 'c.1', 'a.txt', 'ab'] },
  },
  {
    title: 'compressed files that were rotated away from no log belong to none',
    pattern: '*',
    logs: { '': ['old.log.gz', 'old.gz'] },
  },
]

for (const { title, pattern, logs } of ROWS)
  test(`${pattern}: ${title}`, () => {
    const expected = Object.entries(logs).flatMap(([log, names]) => names.map(name => [name, log]))
    const names = new LogNames(pattern)
    assert.deepEqual(
      expected.map(([name = '']) => [name, names.logOf(name) ?? '']),
      expected,
    )
    // The answer does not depend on what was asked before.
    for (const [name = '', log] of expected) assert.equal(new LogNames(pattern).logOf(name) ?? '', log)
  })

test('a compressed file of no log is left alone only when the pattern fits it', () => {
  const names = new LogNames('*.{log,gz}')
  assert.equal(names.isLeftAlone('old.gz'), true)
  assert.equal(names.isLeftAlone('audit.log.1.gz'), false)
  assert.equal(names.isLeftAlone('policy.yaml'), false)
})
