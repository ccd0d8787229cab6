import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { AuditEvent } from '../../../src/audit/event.ts'
import { batchOf } from '../../../src/pipeline/batch.ts'
import { filterOptions } from '../../../src/processors/filter/options.ts'
import { FilterProcessor } from '../../../src/processors/filter/processor.ts'
import { eventOf } from '../../audit/events.ts'
import { SAMPLE_LOGS, sampleEvents } from '../../samples.ts'

const NOISE = new FilterProcessor(filterOptions.parse({ noise: true }), 'filter')

/** The rule that drops the event. */
const ruleOf = (event: AuditEvent) => NOISE.try(event).droppedBy?.replace('filter ', '')

interface Raw {
  verb?: string
  stage: string
  requestURI: string
  user?: { username?: string }
  impersonatedUser?: object
  objectRef?: { resource?: string; apiGroup?: string; subresource?: string; name?: string }
  responseStatus?: { code?: number }
  annotations?: Record<string, string>
}

/** Anything that must never be dropped, told from the parsed event alone and in other ways than the program's. */
function whyPrecious(raw: Raw): string | undefined {
  const code = raw.responseStatus?.code ?? 0
  if (!['get', 'list', 'watch', 'head'].includes(raw.verb ?? '')) return 'a write'
  if (code === 401 || code === 403) return 'refused'
  if (raw.annotations?.['authorization.k8s.io/decision'] === 'forbid') return 'forbidden'
  if (code >= 500 || raw.stage === 'Panic') return 'failed'
  if (/\/(exec|attach|portforward|proxy|ephemeralcontainers)([/?]|$)/.test(raw.requestURI))
    return 'interactive'
  if (/\/secrets([/?]|$)/.test(raw.requestURI)) return 'of a Secret'
  return raw.impersonatedUser === undefined ? undefined : 'impersonated'
}

/** What the documentation says of the rules, by the request's URI. */
function expectedRule(raw: Raw): string | undefined {
  if (whyPrecious(raw) !== undefined) return undefined
  const path = raw.requestURI.replace(/\?.*$/s, '')
  const user = raw.user?.username ?? ''
  if (/^\/apis\/coordination\.k8s\.io\/[^/]+(\/namespaces\/[^/]+)?\/leases(\/|$)/.test(path))
    return 'noise/leases'
  if (/^\/(healthz|livez|readyz|version)(\/|$)/.test(path)) return 'noise/health-checks'
  if (/^\/(api|apis\/events\.k8s\.io)\/[^/]+(\/namespaces\/[^/]+)?\/events(\/|$)/.test(path))
    return 'noise/events'
  const isComponent =
    /^system:(node:.*|serviceaccount:kube-system:.*|apiserver|kube-controller-manager|kube-scheduler|kube-proxy|cloud-controller-manager|(k3s|rke2)-(controller|supervisor))$/
  return raw.verb === 'watch' && isComponent.test(user) ? 'noise/watches' : undefined
}

suite('noise: true', () => {
  const seen = new Map<string, number>()
  for (const name of SAMPLE_LOGS)
    test(`drops of ${name} what the documentation says, and nothing precious`, () => {
      for (const event of sampleEvents(name)) {
        const raw = JSON.parse(event.raw.toString()) as Raw
        const rule = ruleOf(event)
        assert.equal(rule, expectedRule(raw), event.raw.toString().slice(0, 500))
        if (rule === undefined) continue
        assert.equal(whyPrecious(raw), undefined)
        seen.set(rule, (seen.get(rule) ?? 0) + 1)
      }
    })

  test('had something to drop by every rule but one: no log has a read of events', () => {
    assert.deepEqual([...seen.keys()].sort(), ['noise/health-checks', 'noise/leases', 'noise/watches'])
  })

  test('counts by rule what it drops of a batch', () => {
    const events = SAMPLE_LOGS.flatMap(sampleEvents)
    const { events: kept, dropped } = NOISE.process(batchOf(events))
    assert.deepEqual(
      new Map([...(dropped ?? [])].map(([name, count]) => [name.replace('filter ', ''), count])),
      seen,
    )
    const sum = [...seen.values()].reduce((a, b) => a + b)
    assert.equal(kept.length, events.length - sum)
  })
})

const LEASE = {
  resource: 'leases',
  apiGroup: 'coordination.k8s.io',
  namespace: 'kube-node-lease',
  name: 'n1',
}
const NODE = { username: 'system:node:n1' }

suite('a rule of noise', () => {
  const rows: [title: string, members: Record<string, unknown>, rule: string | undefined][] = [
    ['drops a read of a lease', { verb: 'get', objectRef: LEASE }, 'noise/leases'],
    ['keeps a renewal', { verb: 'update', objectRef: LEASE }, undefined],
    ['keeps a refused read', { verb: 'get', objectRef: LEASE, responseStatus: { code: 403 } }, undefined],
    [
      'keeps an unauthenticated read',
      { verb: 'get', objectRef: LEASE, responseStatus: { code: 401 } },
      undefined,
    ],
    [
      'keeps what the authorizer forbids, whatever the code',
      { verb: 'get', objectRef: LEASE, annotations: { 'authorization.k8s.io/decision': 'forbid' } },
      undefined,
    ],
    ['keeps a read that failed', { verb: 'get', objectRef: LEASE, responseStatus: { code: 503 } }, undefined],
    [
      'drops a read of a lease that is not there',
      { verb: 'get', objectRef: LEASE, responseStatus: { code: 404 } },
      'noise/leases',
    ],
    ['keeps a panic', { verb: 'get', objectRef: LEASE, stage: 'Panic' }, undefined],
    [
      'keeps an impersonated read',
      { verb: 'get', objectRef: LEASE, impersonatedUser: { username: 'x' } },
      undefined,
    ],
    [
      "keeps leases of somebody's own API group",
      { verb: 'get', objectRef: { ...LEASE, apiGroup: 'cars.example.com' } },
      undefined,
    ],
    ['keeps an unknown verb', { verb: '', objectRef: LEASE }, undefined],
    [
      'drops a list of events',
      { verb: 'list', objectRef: { resource: 'events', apiVersion: 'v1' } },
      'noise/events',
    ],
    [
      'drops a watch of new events',
      { verb: 'watch', objectRef: { resource: 'events', apiGroup: 'events.k8s.io' } },
      'noise/events',
    ],
    [
      'keeps a deletion of events',
      { verb: 'deletecollection', objectRef: { resource: 'events' } },
      undefined,
    ],
    ['drops a probe', { requestURI: '/livez?exclude=etcd' }, 'noise/health-checks'],
    ['drops a probe of a part', { requestURI: '/readyz/etcd' }, 'noise/health-checks'],
    ['drops /version', { requestURI: '/version' }, 'noise/health-checks'],
    ['drops a probe by HEAD', { verb: 'head', requestURI: '/healthz' }, 'noise/health-checks'],
    ['keeps a POST to a probe', { verb: 'post', requestURI: '/healthz' }, undefined],
    ['keeps a probe that failed', { requestURI: '/readyz', responseStatus: { code: 500 } }, undefined],
    ['keeps what only begins like a probe', { requestURI: '/healthzz' }, undefined],
    ['keeps /metrics', { requestURI: '/metrics' }, undefined],
    [
      'keeps an object with the path of a probe',
      { requestURI: '/livez', objectRef: { resource: 'pods' } },
      undefined,
    ],
    ["drops a node's watch", { verb: 'watch', user: NODE, objectRef: { resource: 'pods' } }, 'noise/watches'],
    [
      "keeps a node's watch of Secrets",
      { verb: 'watch', user: NODE, objectRef: { resource: 'secrets' } },
      undefined,
    ],
    ["keeps a node's get", { verb: 'get', user: NODE, objectRef: { resource: 'pods' } }, undefined],
    ["keeps a person's watch", { verb: 'watch', objectRef: { resource: 'pods' } }, undefined],
    [
      'keeps an exec by watch',
      { verb: 'watch', user: NODE, objectRef: { resource: 'pods', subresource: 'exec' } },
      undefined,
    ],
    [
      'keeps a kubelet behind a node',
      { verb: 'watch', user: NODE, objectRef: { resource: 'nodes', subresource: 'proxy' } },
      undefined,
    ],
    [
      'drops a controller of kube-system that watches',
      {
        verb: 'watch',
        user: { username: 'system:serviceaccount:kube-system:generic-garbage-collector' },
        objectRef: { resource: 'pods' },
      },
      'noise/watches',
    ],
    [
      'keeps a service account of another namespace that watches',
      {
        verb: 'watch',
        user: { username: 'system:serviceaccount:kube-systems:x' },
        objectRef: { resource: 'pods' },
      },
      undefined,
    ],
  ]
  for (const [title, members, rule] of rows)
    test(title, () => {
      assert.equal(ruleOf(eventOf(members)), rule)
    })
})
