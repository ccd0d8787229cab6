import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type FilterOptions, filterCondition } from '../../src/query/filters.ts'
import { accessOf } from '../deploy/interactive.ts'
import type { RawEvent } from '../deploy/raw-event.ts'
import { samplePath } from '../samples.ts'
import { answer, NOW, rawEvents, requestsOf } from './answers.ts'

const LOG = samplePath('apiserver-v1.36.3-session.jsonl')
const EVENTS = rawEvents(LOG)

type Predicate = (event: RawEvent) => boolean
const namespace = (event: RawEvent) => event.objectRef?.namespace ?? ''
const name = (event: RawEvent) => event.objectRef?.name ?? ''
const code = (event: RawEvent) => event.responseStatus?.code ?? 0
const users = (event: RawEvent) => [event.user?.username ?? '', event.impersonatedUser?.username ?? '']
const received = (event: RawEvent) => event.requestReceivedTimestamp ?? ''
/** IPv4 addresses as numbers: not as the program does it. */
const number = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

const CASES: readonly (readonly [title: string, filters: FilterOptions, predicate: Predicate])[] = [
  ['since a time', { since: '2026-11-21T08:45:20Z' }, event => received(event) >= '2026-11-21T08:45:20'],
  [
    'since, in another zone',
    { since: '2026-11-21T09:45:20+01:00' },
    event => received(event) >= '2026-11-21T08:45:20',
  ],
  [
    'until a time, which itself is out',
    { until: '2026-11-21T08:45:03.5Z' },
    event => received(event) < '2026-11-21T08:45:03.5',
  ],
  ['since a day', { since: '2026-11-21' }, event => received(event) >= '2026-11-21'],
  ['until a day', { until: '2026-11-21' }, event => received(event) < '2026-11-21'],
  ['since longer ago than there are dates', { since: '99999999999999999d' }, () => true],
  ['since before there were dates', { since: '0000-01-01' }, () => true],
  ['since so long ago', { since: '11700s' }, event => received(event) >= '2026-11-21T08:45:00'],
  [
    'between',
    { since: '3.25h', until: '194.5m' },
    event => received(event) >= '2026-11-21T08:45' && received(event) < '2026-11-21T08:45:30',
  ],
  ['a user', { user: ['bob'] }, event => users(event).includes('bob')],
  [
    'users by a wildcard',
    { user: ['system:serviceaccount:*'] },
    event => users(event).some(user => user.startsWith('system:serviceaccount:')),
  ],
  [
    'either user',
    { user: ['eve', 'mallory'] },
    event => users(event).some(user => /^(eve|mallory)$/.test(user)),
  ],
  [
    'a namespace, also behind a kubelet',
    { namespace: ['payments'] },
    event => namespace(event) === 'payments' || accessOf(event)?.namespace === 'payments',
  ],
  [
    'namespaces by a wildcard',
    { namespace: ['pay*ts'] },
    event => /^pay.*ts$/.test(namespace(event)) || accessOf(event)?.namespace === 'payments',
  ],
  [
    'a name, also behind a kubelet or a proxy',
    { name: ['ledger-db'] },
    event => name(event) === 'ledger-db' || accessOf(event)?.pod === 'ledger-db',
  ],
  [
    'names by wildcards',
    { name: ['ledger-??'] },
    event => /^ledger-..$/.test(name(event)) || accessOf(event)?.pod === 'ledger-db',
  ],
  ['a node', { name: ['worker-1'] }, event => name(event) === 'worker-1'],
  ['a verb', { verb: ['deletecollection'] }, event => event.verb === 'deletecollection'],
  ['either verb', { verb: ['create', 'patch'] }, event => /^(create|patch)$/.test(event.verb ?? '')],
  ['a status', { code: ['403'] }, event => code(event) === 403],
  ['statuses of a class', { code: ['4xx'] }, event => code(event) >= 400 && code(event) < 500],
  ['either status', { code: ['101', '5XX'] }, event => code(event) === 101 || code(event) >= 500],
  ['an address', { sourceIp: ['203.0.113.66'] }, event => (event.sourceIPs ?? []).includes('203.0.113.66')],
  [
    'an IPv6 network',
    { sourceIp: ['2001:db8::/32'] },
    event => (event.sourceIPs ?? []).some(ip => ip.startsWith('2001:db8:')),
  ],
  [
    'an IPv4 network',
    { sourceIp: ['198.51.100.16/28'] },
    event => (event.sourceIPs ?? []).some(ip => number(ip) >> 4 === number('198.51.100.16') >> 4),
  ],
  [
    'all filters together',
    { user: ['bob'], namespace: ['payments'], verb: ['get'], code: ['101'], name: ['ledger*'] },
    event =>
      users(event).includes('bob') &&
      namespace(event) === 'payments' &&
      event.verb === 'get' &&
      code(event) === 101 &&
      name(event).startsWith('ledger'),
  ],
]

suite('filters', () => {
  for (const [title, filters, predicate] of CASES) {
    test(`${title}: ${JSON.stringify(filters)}`, async () => {
      const { rows } = await answer('requests', [LOG], '', filters)
      const expected = requestsOf(EVENTS, predicate).map(([event]) => event?.auditID)
      assert.deepEqual(rows.map(row => row.audit_id).sort(), expected.sort())
      assert.ok(expected.length > 0 || title === 'until a day')
      assert.ok(expected.length < requestsOf(EVENTS, () => true).length || title.startsWith('since'))
    })
  }

  const WRONG: readonly (readonly [filters: FilterOptions, says: RegExp])[] = [
    [{ since: 'yesterday' }, /^--since: expected a time such as .* 2h, 7d; found yesterday$/],
    [{ until: '2026-13-01' }, /^--until: .*found 2026-13-01$/],
    [{ since: '2026-11-21T08:00' }, /^--since: .*found 2026-11-21T08:00$/],
    [{ code: ['4x3'] }, /^--code: expected a status such as 403, or 4xx; found 4x3$/],
    [
      { sourceIp: ['10.0.0.0/33'] },
      /^--source-ip: expected an address or a network .*; found 10\.0\.0\.0\/33$/,
    ],
    [{ sourceIp: ['localhost'] }, /^--source-ip: .*found localhost$/],
  ]
  for (const [filters, says] of WRONG) {
    test(`refuses ${JSON.stringify(filters)} and says what is expected`, () => {
      assert.throws(() => filterCondition(filters, NOW), { name: 'WrongFilter', message: says })
    })
  }
})
