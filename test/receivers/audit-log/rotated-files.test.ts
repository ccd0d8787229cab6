import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rotatedFiles, unknownNames } from '../../../src/receivers/audit-log/rotated-files.ts'

interface Row {
  readonly title: string
  readonly live?: string
  readonly names: readonly string[]
  readonly expected: readonly string[]
}

const ROWS: readonly Row[] = [
  {
    title: "lumberjack's names are ordered by their time, compressed or not",
    names: ['audit-2026-01-02T03-04-06.000.log', 'audit.log', 'audit-2026-01-02T03-04-05.999.log.gz'],
    expected: ['audit-2026-01-02T03-04-05.999.log.gz', 'audit-2026-01-02T03-04-06.000.log'],
  },
  {
    title: "the time stands before rke's other extension",
    live: 'audit-log.json',
    names: ['audit-log-2026-01-02T03-04-06.000.json', 'audit-log-2026-01-02T03-04-06.000.log'],
    expected: ['audit-log-2026-01-02T03-04-06.000.json'],
  },
  {
    title: 'a name without extension',
    live: 'audit',
    names: ['audit-2026-01-02T03-04-06.000', 'audit.1', 'audit.txt'],
    expected: ['audit-2026-01-02T03-04-06.000', 'audit.1'],
  },
  {
    title: "logrotate's numbers: the highest is the oldest",
    names: ['audit.log.1', 'audit.log.10.gz', 'audit.log.2.gz'],
    expected: ['audit.log.10.gz', 'audit.log.2.gz', 'audit.log.1'],
  },
  {
    title: "logrotate's dates, after or before the extension, with a time too",
    names: [
      'audit.log-20260103',
      'audit-20260101.log',
      'audit.log-20260102-1767312000.gz',
      'audit.log-2026-01-04',
    ],
    expected: [
      'audit-20260101.log',
      'audit.log-20260102-1767312000.gz',
      'audit.log-20260103',
      'audit.log-2026-01-04',
    ],
  },
  {
    title:
      "logrotate's dates after a dot, with eight digits or with hyphens: the oldest first, unlike numbers",
    names: ['audit.log.20260102', 'audit.log.2026-01-03', 'audit.log.20260101.gz', 'audit.2026-01-04.log'],
    expected: ['audit.log.20260101.gz', 'audit.log.20260102', 'audit.log.2026-01-03', 'audit.2026-01-04.log'],
  },
  {
    title: 'a compressed file comes after its source',
    names: ['audit-2026-01-02T03-04-06.000.log.gz', 'audit-2026-01-02T03-04-06.000.log'],
    expected: ['audit-2026-01-02T03-04-06.000.log', 'audit-2026-01-02T03-04-06.000.log.gz'],
  },
  {
    title: 'other files are none of the log',
    names: [
      'audit.log',
      'audit.log.bak',
      'xaudit.log.1',
      'audit.log.1.tmp',
      'audit-policy.log',
      'auditXlog.1',
      'audit.log.1.gz.new',
    ],
    expected: [],
  },
]

for (const { title, live = 'audit.log', names, expected } of ROWS)
  test(title, () => {
    const files = rotatedFiles('/logs', live, names)
    assert.deepEqual(
      files.map(file => file.name),
      expected,
    )
    for (const file of files) assert.equal(file.compressed, file.name.endsWith('.gz'))
  })

test('names that begin as the log and are none of its rotated files are unknown', () => {
  const known = [
    'audit.log',
    'audit.log.1',
    'audit.log-20260101.gz',
    'audit.log.20260101',
    'audit-policy.yaml',
  ]
  assert.deepEqual(unknownNames('audit.log', [...known, 'audit.log.old', 'audit.log.1.tmp']), [
    'audit.log.old',
    'audit.log.1.tmp',
  ])
})
