import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPattern, nameMatcher, patternOf } from '../../../src/receivers/audit-log/name-pattern.ts'

interface Row {
  readonly pattern: string
  readonly fits: readonly string[]
  readonly not: readonly string[]
}

const ROWS: readonly Row[] = [
  { pattern: 'audit.log', fits: ['audit.log'], not: ['auditXlog', 'xaudit.log', 'audit.log.1', 'Audit.log'] },
  { pattern: '*.log', fits: ['audit.log', 'a.b.log', '-.log'], not: ['.log', '.hidden.log', 'audit.log.gz'] },
  { pattern: 'audit-*.log', fits: ['audit-.log', 'audit-20260101.log'], not: ['audit.log', 'audit-1.logs'] },
  { pattern: '**', fits: ['a', 'a.b'], not: ['.a'] },
  { pattern: '.*', fits: ['.a', '.'], not: ['a'] },
  { pattern: 'a?c', fits: ['abc', 'a.c', 'a😀c'], not: ['ac', 'abbc'] },
  { pattern: '?a', fits: ['ba'], not: ['.a'] },
  { pattern: 'a[0-9b]', fits: ['a0', 'a9', 'ab'], not: ['a', 'ac', 'a-', 'a00'] },
  { pattern: 'a[!0-9]', fits: ['ax', 'a.'], not: ['a0', 'a'] },
  { pattern: 'a[^x]', fits: ['ay', 'a^'], not: ['ax'] },
  { pattern: '[!x]a', fits: ['ya'], not: ['xa', '.a'] },
  { pattern: 'a[]-]', fits: ['a]', 'a-'], not: ['a', 'a[', 'a[]-]'] },
  { pattern: 'a[\\d]', fits: ['ad', 'a\\'], not: ['a1'] },
  {
    pattern: '{kube,k3s}-audit.log',
    fits: ['kube-audit.log', 'k3s-audit.log'],
    not: ['rke-audit.log', '-audit.log'],
  },
  { pattern: 'a{,.b{1,2}}', fits: ['a', 'a.b1', 'a.b2'], not: ['a.b', 'a,'] },
  { pattern: '{*,.x}.log', fits: ['a.log', '.x.log'], not: ['.a.log'] },
  { pattern: 'a,b', fits: ['a,b'], not: ['a', 'b'] },
  { pattern: 'a\\*\\[b', fits: ['a*[b'], not: ['axb', 'a\\*\\[b'] },
  { pattern: 'a(b)+c$.|^/', fits: ['a(b)+c$.|^/'], not: ['abc'] },
]

for (const { pattern, fits, not } of ROWS)
  test(`${pattern} fits ${fits.join(' ')} and not ${not.join(' ')}`, () => {
    const matches = nameMatcher(pattern)
    assert.deepEqual(fits.filter(matches), fits)
    assert.deepEqual(not.filter(matches), [])
  })

const INVALID = [
  { pattern: 'a[b', message: 'a [ at character 2 without its ]' },
  { pattern: 'a[]', message: 'a [ at character 2 without its ]' },
  { pattern: '{a,b', message: 'a { at character 1 without its }' },
  { pattern: 'a{b{c}', message: 'a { at character 2 without its }' },
  { pattern: 'ab}', message: 'a } at character 3 that no { begins' },
  { pattern: '[z-a]', message: 'the range z-a at character 1 is empty' },
  { pattern: 'a\\', message: 'a \\ at the end, with nothing after it' },
]

for (const { pattern, message } of INVALID)
  test(`${pattern} is refused: ${message}`, () => {
    assert.throws(() => nameMatcher(pattern), new SyntaxError(message))
  })

test('a name of any characters has a pattern that fits it alone', () => {
  const name = 'a*?[b]{c,d}\\e.$^log'
  assert.equal(isPattern(name), true)
  assert.equal(nameMatcher(patternOf(name))(name), true)
  assert.equal(nameMatcher(patternOf(name))('aX?[b]{c,d}\\e.$^log'), false)
  assert.equal(isPattern('audit-log_1.json'), false)
  assert.equal(patternOf('audit.log'), 'audit.log')
})
