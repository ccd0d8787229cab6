import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type ChangeEvent, changeEvent, mergeChangeEvents } from '../../src/audit/change-event.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { sampleLines } from '../samples.ts'
import { eventOf } from './events.ts'

const cluster = 'prod'
const session = sampleLines('apiserver-v1.36.3-session.jsonl')
const pod = { resource: 'pods', namespace: 'shop', name: 'web-0', subresource: 'exec' }
const POD = '/api/v1/namespaces/shop/pods/web-0'

/** What a store would hold: keys without a value are not there. */
const stored = (document: ChangeEvent | undefined) => JSON.parse(JSON.stringify(document))

/** The document of a line of the session, lines counted from 1. */
function ofLine(line: number): ChangeEvent {
  const document = changeEvent(parseEvent(session[line - 1] ?? ''), { cluster })
  assert(document !== undefined)
  return document
}

/** The document of an exec with these members. */
function ofExec(members: Record<string, unknown>): ChangeEvent {
  const requestURI = `${POD}/exec?command=id`
  const document = changeEvent(eventOf({ objectRef: pod, requestURI, ...members }), { cluster })
  assert(document !== undefined)
  return document
}

const merged = (documents: ChangeEvent[]) => documents.reduce(mergeChangeEvents)

suite('One request is one document', () => {
  const bob = {
    username: 'bob',
    groups: ['developers', 'system:authenticated'],
    source_ip: '198.51.100.20',
  }
  const inPod = { resource_kind: 'Pod', namespace: 'payments', name: 'ledger-db' }
  const constant = { cluster, diff: null, object_snapshot: null, block_pattern: null }

  test('a shell by WebSocket: when it began, when it ended, how long it lasted', () => {
    const { id, ...document } = stored(merged([137, 138, 139].map(ofLine)))
    assert.match(id, /^[\w-]{22}$/)
    assert.deepEqual(document, {
      ...constant,
      ...inPod,
      timestamp: '2026-11-21T08:45:05.445258Z',
      operation: 'EXEC',
      actor: bob,
      source: { tool: 'kubectl' },
      allowed: true,
      exec_metadata: {
        command: ['/bin/bash'],
        container: 'postgres',
        stdin: true,
        tty: true,
        target_type: 'pod',
      },
      audit_id: '17007d45-7cd1-4f20-ae6e-72de51b010c2',
      stage: 'ResponseComplete',
      response_code: 101,
      started_at: '2026-11-21T08:45:05.445258Z',
      ended_at: '2026-11-21T08:45:06.594282Z',
      duration_ms: 1149.024,
    })
  })

  test("kubectl's debug: what the body adds outlasts the stage that has none", () => {
    const document = stored(merged([ofLine(224), ofLine(223)]))
    assert.equal(document.operation, 'DEBUG')
    assert.equal(document.response_code, 200)
    assert.deepEqual(document.exec_metadata, {
      command: ['sh'],
      container: 'dbg',
      image: 'busybox:1.36',
      stdin: true,
      tty: true,
      target_type: 'pod',
    })
  })

  test("a kubelet's run is recorded under its pod, with the node", () => {
    const document = stored(merged([483, 484, 485].map(ofLine)))
    assert.deepEqual(
      [document.operation, document.resource_kind, document.namespace, document.name],
      ['EXEC', 'Pod', 'payments', 'ledger-db'],
    )
    assert.deepEqual(document.exec_metadata, {
      command: ['cat', '/etc/shadow'],
      container: 'postgres',
      stdin: false,
      tty: false,
      target_type: 'node',
      node_name: 'worker-1',
    })
  })

  test('other kubelet paths are recorded under the node', () => {
    const document = stored(ofLine(476))
    assert.deepEqual(
      [document.operation, document.resource_kind, document.namespace, document.name],
      ['PROXY', 'Node', '', 'worker-1'],
    )
    assert.deepEqual(document.exec_metadata, {
      stdin: false,
      tty: false,
      target_type: 'node',
      node_name: 'worker-1',
    })
  })

  test('a service is recorded as one', () => {
    const objectRef = { ...pod, resource: 'services', name: 'http:web:80', subresource: 'proxy' }
    const document = ofExec({ objectRef })
    assert.deepEqual([document.resource_kind, document.name], ['Service', 'web'])
  })

  test('a refused exec: not allowed, its code, no end of a session needed', () => {
    const document = stored(ofLine(265))
    assert.deepEqual([document.allowed, document.response_code, document.ended_at], [false, 403, undefined])
  })

  test('an exec without authentication: no user, one event only', () => {
    const document = stored(ofLine(297))
    assert.deepEqual(document.actor, { username: '', groups: [], source_ip: '203.0.113.66' })
    assert.deepEqual([document.allowed, document.response_code, document.operation], [false, 401, 'EXEC'])
  })

  test('under impersonation the actor is the caller, and whose rights were used is said', () => {
    const { actor } = stored(merged([302, 303, 304].map(ofLine)))
    assert.equal(actor.username, 'alice')
    assert.deepEqual(actor.impersonated, {
      username: 'bob',
      groups: ['developers', 'system:authenticated'],
    })
  })

  test('an event that is no interactive access has none', () => {
    assert.equal(changeEvent(eventOf({ objectRef: { ...pod, subresource: 'log' } }), { cluster }), undefined)
  })
})

suite('The stages of a request fill in their part, in any order', () => {
  const requests = new Map<string, ChangeEvent[]>()
  for (const line of session) {
    const document = changeEvent(parseEvent(line), { cluster })
    if (document) requests.set(document.id, [...(requests.get(document.id) ?? []), document])
  }

  test('42 requests of the session, each with one id of its own', () => {
    assert.equal(requests.size, 42)
    for (const stages of requests.values()) assert.equal(new Set(stages.map(stage => stage.audit_id)).size, 1)
    assert.equal(new Set([...requests.values()].map(([first]) => first?.audit_id)).size, 42)
  })

  test('every order and every repetition gives the same document', () => {
    for (const stages of requests.values()) {
      const expected = stored(merged(stages))
      for (const order of permutations(stages)) {
        assert.deepEqual(stored(merged(order)), expected)
        assert.deepEqual(stored(merged([...order, ...order])), expected)
      }
      const [a, b, c] = stages
      if (a && b && c) assert.deepEqual(stored(mergeChangeEvents(a, mergeChangeEvents(b, c))), expected)
    }
  })

  test('a part that has no value does not take one away', () => {
    const received = ofLine(137)
    const complete = ofLine(139)
    assert.deepEqual(
      [received.allowed, received.response_code, received.ended_at, received.duration_ms],
      [undefined, undefined, undefined, undefined],
    )
    assert.deepEqual(stored(mergeChangeEvents(complete, received)), stored(complete))
  })

  test('a later stage without a response keeps the code of the one before', () => {
    const started = ofExec({ stage: 'ResponseStarted', responseStatus: { code: 403 } })
    const document = mergeChangeEvents(ofExec({ stage: 'ResponseComplete' }), started)
    assert.deepEqual(
      [document.stage, document.response_code, document.allowed],
      ['ResponseComplete', 403, false],
    )
  })

  const parts: [stage: string, started: boolean, ended: boolean][] = [
    ['RequestReceived', true, false],
    ['ResponseStarted', true, false],
    ['ResponseComplete', true, true],
    ['Panic', true, true],
    ['SomeStageToCome', true, false],
  ]
  for (const [stage, started, ended] of parts) {
    test(`${stage}: ${ended ? 'started and ended' : 'started'}`, () => {
      const document = ofExec({
        stage,
        requestReceivedTimestamp: '2026-11-21T08:00:00.000001Z',
        stageTimestamp: '2026-11-21T08:00:01.500002Z',
      })
      assert.equal(document.started_at !== undefined, started)
      assert.equal(document.ended_at, ended ? '2026-11-21T08:00:01.500002Z' : undefined)
      assert.equal(document.duration_ms, ended ? 1500.001 : undefined)
    })
  }

  test('two unlike documents of one stage merge to the same one either way', () => {
    const a = ofExec({ responseStatus: { code: 101 } })
    const b = ofExec({ responseStatus: { code: 403 } })
    assert.deepEqual(mergeChangeEvents(a, b), mergeChangeEvents(b, a))
  })

  function permutations<T>(items: T[]): T[][] {
    if (items.length <= 1) return [items]
    return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map(rest => [item, ...rest]))
  }
})

suite('The id', () => {
  const request = {
    auditID: 'a',
    requestReceivedTimestamp: '2026-11-21T08:00:00.000001Z',
    user: { username: 'eve' },
    requestURI: '/api/v1/x',
  }
  const id = ofExec(request).id

  test('is the same for every stage', () => {
    assert.equal(ofExec({ ...request, stage: 'RequestReceived' }).id, id)
    assert.equal(ofExec({ ...request, stage: 'Panic', responseStatus: { code: 500 } }).id, id)
  })

  const others: [title: string, members: Record<string, unknown>][] = [
    ['auditID', { auditID: 'b' }],
    ['time, by a microsecond', { requestReceivedTimestamp: '2026-11-21T08:00:00.000002Z' }],
    ['user', { user: { username: 'bob' } }],
    ['request', { requestURI: '/api/v1/y' }],
    ['border between username and request', { user: { username: 'eve/api' }, requestURI: '/v1/x' }],
  ]
  for (const [title, members] of others)
    test(`differs with the ${title}`, () => assert.notEqual(ofExec({ ...request, ...members }).id, id))

  test('differs with the cluster', () => {
    const event = eventOf({ objectRef: pod, ...request })
    assert.equal(changeEvent(event, { cluster })?.id, id)
    assert.notEqual(changeEvent(event, { cluster: 'test' })?.id, id)
  })

  test('keeps its length, however long the auditID that the client chose', () => {
    assert.equal(ofExec({ auditID: 'x'.repeat(100_000) }).id.length, 22)
    assert.equal(ofExec({ auditID: '' }).id.length, 22)
  })
})

suite('Who and with what', () => {
  test('the address is the last one: all others the client can forge', () => {
    const sourceIPs = ['10.0.0.1', 'not an address', '203.0.113.66']
    assert.equal(ofExec({ sourceIPs }).actor.source_ip, '203.0.113.66')
    assert.equal(ofExec({ sourceIPs: [] }).actor.source_ip, undefined)
    assert.equal(ofExec({ sourceIPs: undefined }).actor.source_ip, undefined)
  })

  test('a service account is named as such', () => {
    const username = 'system:serviceaccount:shop:robot'
    assert.equal(ofExec({ user: { username } }).actor.service_account, username)
    assert.equal(ofExec({ user: { username: 'system:serviceaccounts' } }).actor.service_account, undefined)
  })

  const tools: [userAgent: string | undefined, tool: string][] = [
    ['kubectl/v1.36.3 (linux/amd64) kubernetes/0000000', 'kubectl'],
    ['kubectl.exe/v1.30.0 (windows/amd64) kubernetes/7c48c2b', 'kubectl'],
    ['oc/4.12.0 (linux/amd64) kubernetes/31aa3e8', 'oc'],
    ['k9s/v0.32.5 (darwin/arm64) kubernetes/$Format', 'k9s'],
    ['Helm/3.14.0', 'helm'],
    ['curl/7.88.1', 'curl'],
    ['kube-controller-manager/v1.36.3 (linux/amd64)', 'kube-controller-manager'],
    ['Go-http-client/2.0', 'go-http-client'],
    ['toolwithoutversion', 'toolwithoutversion'],
    ['', 'unknown'],
    [undefined, 'unknown'],
    ['/1.0', 'unknown'],
    ['<script>alert(1)</script>', 'unknown'],
    [`${'x'.repeat(1024)}...TRUNCATED`, 'unknown'],
  ]
  for (const [userAgent, tool] of tools) {
    test(`${userAgent?.slice(0, 50) ?? 'no User-Agent'}: ${tool}`, () => {
      assert.equal(ofExec({ userAgent }).source.tool, tool)
    })
  }
})

suite('Events that miss something', () => {
  test('no responseStatus at all', () => {
    assert.equal(ofExec({ responseStatus: undefined }).response_code, undefined)
    assert.equal(ofExec({ responseStatus: null }).allowed, undefined)
  })

  test('no user', () => {
    assert.deepEqual(ofExec({ user: undefined }).actor.username, '')
    assert.deepEqual(ofExec({ user: { username: 1, groups: 'x' } }).actor.groups, [])
  })

  test('no time of reception: the time of the stage', () => {
    const document = ofExec({ stageTimestamp: '2026-11-21T08:00:00Z' })
    assert.deepEqual(
      [document.timestamp, document.started_at, document.duration_ms],
      ['2026-11-21T08:00:00Z', undefined, undefined],
    )
  })

  test('a time that is none is left out: no database would take it', () => {
    const document = ofExec({ requestReceivedTimestamp: 'yesterday', stageTimestamp: '2026-02-30T00:00:00Z' })
    assert.deepEqual(
      [document.timestamp, document.started_at, document.ended_at],
      [undefined, undefined, undefined],
    )
  })
})
