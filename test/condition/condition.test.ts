import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { condition } from '../../src/condition/condition.ts'
import { globFits } from '../../src/condition/glob.ts'
import { eventOf } from '../audit/events.ts'
import { Random } from '../fuzz/random.ts'

const READ = eventOf({
  verb: 'get',
  user: { username: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] },
  sourceIPs: ['192.168.7.1', 'fd00::17'],
  userAgent: 'kubelet/v1.36.3 (linux/amd64)',
  requestURI: '/api/v1/namespaces/kube-system/pods/dns?watch=true&timeout=5s',
  objectRef: { resource: 'pods', namespace: 'kube-system', name: 'dns', apiVersion: 'v1' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-05-04T10:00:00.000000Z',
  stageTimestamp: '2026-05-04T10:00:00.002500Z',
  annotations: { 'authorization.k8s.io/decision': 'allow', 'example.com/team': 'payments', size: '12' },
})
const EXEC = eventOf({
  verb: 'get',
  user: { username: 'zoë', groups: [] },
  requestURI: '/api/v1/namespaces/shop/pods/web/exec?command=sh&tty=true&stdin=false',
  objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' },
  responseStatus: { code: 403, reason: 'Forbidden' },
  requestObject: { spec: { replicas: 3, paused: true, containers: [{ image: 'a:1' }, { image: 'b:2' }] } },
})
/** The same value in another spelling. */
const ESCAPED = parseEvent(
  String.raw`{"level":"Metadata","auditID":"i","stage":"Panic","verb":"\u0067et","user":{"username":"syst\u0065m:node:x"},"objectRef":{"resource":"p\u006fds"},"annotations":{"a\u002fb":"c"}}`,
)
const EMPTY = eventOf({ verb: '', user: {}, requestURI: undefined })
const EVENTS = { READ, EXEC, ESCAPED, EMPTY }
type Name = keyof typeof EVENTS

const matching = (written: unknown): Name[] => {
  const matches = condition().parse(written)
  return (Object.keys(EVENTS) as Name[]).filter(name => matches(EVENTS[name]))
}

test('of a list one element has to fit, however the list is written', () => {
  const lists: [written: string, fits: boolean][] = [
    ['["a","b"]', true],
    [' [ "a" ,\t"b" ] ', true],
    ['["a","\\u0062"]', true],
    ['["\\"b","bb","B"]', false],
    ['[1,{"b":["b"]},["b"],null,"b"]', true],
    ['[1,{"b":["b"]},["b"],null]', false],
    ['["\\\\","b"]', true],
    ['[]', false],
    ['"b"', false],
  ]
  for (const [written, fits] of lists) {
    const event = parseEvent(
      `{"level":"Metadata","auditID":"i","stage":"Panic","user":{"groups":${written}},"sourceIPs":["b"]}`,
    )
    assert.equal(condition().parse({ 'user.groups': 'b' })(event), fits, written)
  }
})

suite('a condition', () => {
  const rows: [title: string, written: unknown, events: Name[]][] = [
    ['an exact text', { verb: 'get' }, ['READ', 'EXEC', 'ESCAPED']],
    ['the full name of an attribute', { 'k8s.auditlog.verb': 'get' }, ['READ', 'EXEC', 'ESCAPED']],
    ['an empty text', { verb: '' }, ['EMPTY']],
    ['another case', { verb: 'GET' }, []],
    ['a prefix of the value', { verb: 'ge' }, []],
    ['a text beyond ASCII', { 'user.username': 'zoë' }, ['EXEC']],
    ['a list of texts', { namespace: ['shop', 'kube-system'] }, ['READ', 'EXEC']],
    ['one of a list attribute', { 'user.groups': 'system:nodes' }, ['READ']],
    ['a glob that begins', { 'user.username': 'system:node:*' }, ['READ', 'ESCAPED']],
    ['a glob with more than one *', { 'user.username': 's*:node:*' }, ['READ', 'ESCAPED']],
    ['a glob that ends', { namespace: '*-system' }, ['READ']],
    ['a glob that ends a value with escapes', { resource: '*ods' }, ['READ', 'EXEC', 'ESCAPED']],
    ['a glob that ends as an escape is written', { verb: '*7et' }, []],
    ['a glob whose end is longer than the value', { name: '*name:dns' }, []],
    ['a glob with one character', { resource: 'p?ds' }, ['READ', 'EXEC', 'ESCAPED']],
    ['a glob of everything there is', { namespace: '*' }, ['READ', 'EXEC']],
    ['a glob beyond ASCII', { 'user.username': 'zo?' }, ['EXEC']],
    ['a glob in a list', { 'user.groups': ['x', 'system:*ed'] }, ['READ']],
    ['a literal with *', { namespace: { is: '*' } }, []],
    ['a literal list', { namespace: { is: ['shop', '*'] } }, ['EXEC']],
    ['a regular expression', { 'user.username': '/^system:(node|x):/' }, ['READ', 'ESCAPED']],
    ['an expression on a value beyond ASCII', { 'user.username': '/^zo.$/' }, ['EXEC']],
    ['one with the flag i', { user_agent: '/KUBELET/i' }, ['READ']],
    ['one by its name', { user_agent: { regex: 'linux/amd\\d+' } }, ['READ']],
    ['a path that ends with a slash, as it is', { request_uri: { is: '/healthz/' } }, []],
    ['an address', { source_ips: '192.168.7.1' }, ['READ']],
    ['a network', { source_ips: '192.168.0.0/16' }, ['READ']],
    ['a network of IPv6', { source_ips: ['10.0.0.0/8', 'fd00::/8'] }, ['READ']],
    ['another network', { source_ips: '10.0.0.0/8' }, []],
    ['a network by its name', { source_ips: { cidr: '192.168.7.0/30' } }, ['READ']],
    ['no such network', { source_ips: { not: '192.168.0.0/16' } }, ['EXEC', 'ESCAPED', 'EMPTY']],
    ['a number', { 'response.code': 403 }, ['EXEC']],
    ['a number as text', { 'response.code': '403' }, ['EXEC']],
    ['a class of codes', { 'response.code': '4xx' }, ['EXEC']],
    ['a range', { 'response.code': '200-403' }, ['READ', 'EXEC']],
    ['a range with dots', { 'response.code': '201..402' }, []],
    ['>=', { 'response.code': '>= 403' }, ['EXEC']],
    ['>', { 'response.code': '> 403' }, []],
    ['<', { 'response.code': '<403' }, ['READ']],
    ['<=', { 'response.code': '<= 200' }, ['READ']],
    ['a number that is computed', { latency_us: 2500 }, ['READ']],
    ['a boolean', { 'exec.tty': true }, ['EXEC']],
    ['a boolean that is false', { 'exec.stdin': false }, ['EXEC']],
    ['of interactive access', { operation: 'EXEC', 'exec.command': 'sh' }, ['EXEC']],
    ['existence', { namespace: { exists: true } }, ['READ', 'EXEC']],
    ['absence', { namespace: { exists: false } }, ['ESCAPED', 'EMPTY']],
    ['existence of a list', { source_ips: { exists: true } }, ['READ']],
    ['absence of what is computed', { operation: { exists: false } }, ['READ', 'ESCAPED', 'EMPTY']],
    ['a negation, also of what is absent', { namespace: { not: 'kube-*' } }, ['EXEC', 'ESCAPED', 'EMPTY']],
    ['a negated list', { namespace: { not: ['kube-*', 'shop'] } }, ['ESCAPED', 'EMPTY']],
    ['operators together', { namespace: { exists: true, not: 'kube-*' } }, ['EXEC']],
    ['a text at a path', { path: { 'annotations["example.com/team"]': 'payments' } }, ['READ']],
    ['a glob at a path', { path: { 'annotations["example.com/team"]': 'pay*' } }, ['READ']],
    ['an expression at a path', { path: { 'annotations.*': '/^pay/' } }, ['READ']],
    ['a key written with escapes', { path: { 'annotations["a/b"]': 'c' } }, ['ESCAPED']],
    ['a number at a path', { path: { 'requestObject.spec.replicas': 3 } }, ['EXEC']],
    ['a comparison at a path', { path: { 'requestObject.spec.replicas': '>= 3' } }, ['EXEC']],
    ['a comparison with a number written as text', { path: { 'annotations.size': '> 11' } }, ['READ']],
    ['a number, of one written as text', { path: { 'annotations.size': 12 } }, ['READ']],
    ['a text with digits, not of a number', { path: { 'requestObject.spec.replicas': '3' } }, []],
    ['a text with digits', { path: { 'annotations.size': '12' } }, ['READ']],
    ['a boolean at a path', { path: { 'requestObject.**.paused': true } }, ['EXEC']],
    [
      'one of several values at a path',
      { path: { 'requestObject.spec.containers[*].image': 'b:*' } },
      ['EXEC'],
    ],
    ['a network at a path', { path: { 'sourceIPs[0]': { cidr: '192.168.0.0/16' } } }, ['READ']],
    ['existence at a path', { path: { 'user.groups[0]': { exists: true } } }, ['READ']],
    ['absence at a path', { path: { requestObject: { exists: false } } }, ['READ', 'ESCAPED', 'EMPTY']],
    [
      'a negation at a path',
      { path: { 'annotations.*': { not: 'payments' } } },
      ['EXEC', 'ESCAPED', 'EMPTY'],
    ],
    ['two paths', { path: { 'annotations.size': '*', 'objectRef.name': 'dns' } }, ['READ']],
    ['several attributes, all of them', { verb: 'get', namespace: 'shop' }, ['EXEC']],
    ['and', { and: [{ verb: 'get' }, { namespace: 'shop' }] }, ['EXEC']],
    ['or', { or: [{ namespace: 'shop' }, { verb: '' }] }, ['EXEC', 'EMPTY']],
    ['not, of all it says', { not: { verb: 'get', namespace: 'shop' } }, ['READ', 'ESCAPED', 'EMPTY']],
    ['or beside an attribute', { verb: 'get', or: [{ verb: '' }, { namespace: 'shop' }] }, ['EXEC']],
    [
      'within each other',
      { not: { or: [{ verb: '' }, { and: [{ not: { namespace: 'shop' } }] }] } },
      ['EXEC'],
    ],
  ]
  for (const [title, written, events] of rows)
    test(`${title}: ${JSON.stringify(written)}`, () => {
      assert.deepEqual(matching(written), events)
    })

  test('takes an attribute of each event, though they come one after the other', () => {
    const matches = condition().parse({ 'user.username': ['zoë', '/^bob/'] })
    const users = ['bob', 'zoë', 'eve', 'bob'].map(username => eventOf({ user: { username } }))
    assert.deepEqual(users.map(matches), [true, true, false, true])
    assert.equal(matches(users[0] as AuditEvent), true)
  })
})

test('a glob fits what an expression of JavaScript made of it fits', () => {
  const seed = Date.now() & 0x7fffffff
  const random = new Random(seed)
  const text = (letters: string, most: number) =>
    Array.from({ length: random.below(most) }, () => random.pick([...letters])).join('')
  for (let i = 0; i < 20_000; i++) {
    const pattern = text('aab*?', 7)
    const theirs = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
    const subject = text('aab', 9)
    assert.equal(globFits(pattern, subject), theirs.test(subject), `${pattern} on ${subject}, seed ${seed}`)
  }
})

test('a ? is one character, also where UTF-16 has two units', () => {
  const fits = (pattern: string) => globFits(pattern, 'a💥c')
  assert.deepEqual(['a?c', '???', '*?c', 'a??c'].map(fits), [true, true, true, false])
})

test('a glob of many * takes no time to speak of on a long text', () => {
  const started = performance.now()
  assert.equal(globFits('*a*a*a*a*a*a*a*b', 'a'.repeat(100_000)), false)
  assert.ok(performance.now() - started < 1000)
})
