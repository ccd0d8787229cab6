import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AuditEvent } from '../../../src/audit/event.ts'
import { batchOf } from '../../../src/pipeline/batch.ts'
import { filterOptions } from '../../../src/processors/filter/options.ts'
import { FilterProcessor } from '../../../src/processors/filter/processor.ts'
import { eventOf } from '../../audit/events.ts'

const filterOf = (written: unknown, id = 'filter') => new FilterProcessor(filterOptions.parse(written), id)

const about = (namespace: string, name: string, resource = 'configmaps', more: object = {}) =>
  eventOf({
    verb: 'update',
    objectRef: { namespace, name, resource },
    auditID: `${namespace}/${name}`,
    ...more,
  })

const EVENTS = [about('a', '1'), about('a', '2'), about('b', '1'), about('b', '2'), about('c', '1')]
const ids = (events: readonly AuditEvent[]) => events.map(event => event.auditID)

suite('a filter', () => {
  const rows: [title: string, written: object, kept: string[], dropped: Record<string, number>][] = [
    [
      'keeps what no rule names',
      { drop: [{ when: { namespace: 'z' } }] },
      ['a/1', 'a/2', 'b/1', 'b/2', 'c/1'],
      {},
    ],
    [
      'drops what a rule names, counted by the first one that does',
      { drop: [{ when: { namespace: 'a' } }, { name: 'ones', when: { name: '1' } }] },
      ['b/2'],
      { 'filter drop 1': 2, 'filter ones': 2 },
    ],
    [
      'keeps what `keep` names, whatever else is said of it',
      { keep: [{ when: { name: '2' } }], drop: [{ when: { namespace: ['a', 'b'] } }] },
      ['a/2', 'b/2', 'c/1'],
      { 'filter drop 1': 2 },
    ],
    [
      'keeps only what `keep` names with `otherwise: drop`',
      {
        keep: [{ when: { name: '2' } }],
        drop: [{ name: 'bs', when: { namespace: 'b' } }],
        otherwise: 'drop',
      },
      ['a/2', 'b/2'],
      { 'filter otherwise': 2, 'filter bs': 1 },
    ],
    [
      'ignores namespaces, names and kinds by pattern',
      { ignore: { namespaces: ['?'], names: ['nothing'], kinds: [] } },
      [],
      { 'filter ignore/namespaces': 5 },
    ],
    [
      'counts what is ignored by what it is ignored for',
      { ignore: { namespaces: ['a'], names: ['1'], kinds: ['ConfigMap'] } },
      [],
      { 'filter ignore/namespaces': 2, 'filter ignore/names': 2, 'filter ignore/kinds': 1 },
    ],
  ]
  for (const [title, written, kept, dropped] of rows)
    test(title, () => {
      const batch = batchOf(EVENTS)
      const left = filterOf(written).process(batch)
      assert.deepEqual(ids(left.events), kept)
      assert.deepEqual(Object.fromEntries(left.dropped ?? []), dropped)
      assert.equal(
        left.bytes,
        left.events.reduce((sum, event) => sum + event.length, 0),
      )
    })

  test('hands on the batch itself when it drops nothing', () => {
    const batch = batchOf(EVENTS)
    assert.equal(filterOf({ drop: [{ when: { namespace: 'z' } }] }).process(batch), batch)
  })

  test('says of one event which rule keeps or drops it', () => {
    const filter = filterOf(
      { keep: [{ name: 'ones', when: { name: '1' } }], drop: [{ when: { namespace: 'a' } }] },
      'filter/x',
    )
    const outcomes = EVENTS.slice(0, 4).map(event => {
      const { event: left, droppedBy, notes } = filter.try(event)
      return [left === event, droppedBy, ...notes]
    })
    assert.deepEqual(outcomes, [
      [true, undefined, 'kept by filter/x ones'],
      [false, 'filter/x drop 1', 'dropped by filter/x drop 1'],
      [true, undefined, 'kept by filter/x ones'],
      [true, undefined],
    ])
  })
})

suite('ignored kinds', () => {
  const rows: [kind: string, resource: string, isIgnored: boolean][] = [
    ['Event', 'events', true],
    ['event', 'events', true],
    ['Event', 'eventsources', false],
    ['ConfigMap', 'configmaps', true],
    ['Endpoints', 'endpoints', true],
    ['EndpointSlice', 'endpointslices', true],
    ['NetworkPolicy', 'networkpolicies', true],
    ['Ingress', 'ingresses', true],
    ['IngressClass', 'ingressclasses', true],
    ['StorageClass', 'storageclasses', true],
    ['Lease', 'leases', true],
    ['Gateway', 'gateways', true],
    ['Box', 'boxes', true],
    ['Patch', 'patches', true],
    ['*Set', 'replicasets', true],
    ['*Set', 'setters', false],
    ['Role*', 'rolebindings', true],
    ['Role', 'rolebindings', false],
    ['Pod', 'secrets', false],
  ]
  for (const [kind, resource, isIgnored] of rows)
    test(`${kind} ${isIgnored ? 'is' : 'is not'} ${resource}`, () => {
      const { event } = filterOf({ ignore: { kinds: [kind] } }).try(about('a', '1', resource))
      assert.equal(event === undefined, isIgnored)
    })
})

suite('ignore patterns leave alone', () => {
  const rows: [title: string, more: object][] = [
    [
      'an exec',
      { objectRef: { resource: 'pods', subresource: 'exec', namespace: 'kube-system', name: 'x' } },
    ],
    [
      'a port-forward',
      { objectRef: { resource: 'pods', subresource: 'portforward', namespace: 'kube-system' } },
    ],
    ['an answer of 403', { responseStatus: { code: 403 } }],
    ['an answer of 401', { responseStatus: { code: 401 } }],
    ['a decision to forbid', { annotations: { 'authorization.k8s.io/decision': 'forbid' } }],
  ]
  const filter = filterOf({ ignore: { namespaces: ['kube-*'], names: ['*'], kinds: ['*'] } })
  for (const [title, more] of rows)
    test(title, () => {
      const event = about('kube-system', 'x', 'pods', more)
      assert.equal(filter.try(event).event, event)
    })
})
