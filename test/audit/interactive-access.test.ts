import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import type { AuditEvent } from '../../src/audit/event.ts'
import { type InteractiveAccess, interactiveAccess } from '../../src/audit/interactive-access.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { sampleLines } from '../samples.ts'
import { eventOf } from './events.ts'

interface TruthStep {
  step: number
  cmd: string
  events: { lines: number[]; verb: string; res: string; ns: string | null; name: string; code: number }[]
}

const session = sampleLines('apiserver-v1.36.3-session.jsonl').map(line => parseEvent(line))
const truth: TruthStep[] = JSON.parse(
  readFileSync(new URL('../samples/apiserver-v1.36.3-session.truth.json', import.meta.url), 'utf8'),
)

/** The values that are not at their default: nothing run, no container, no stdin, no tty. */
type Expected = Partial<InteractiveAccess> & Pick<InteractiveAccess, 'operation'>

function expectAccess(event: AuditEvent, expected: Expected, message?: string) {
  const defaults = {
    targetType: 'pod',
    namespace: undefined,
    name: undefined,
    nodeName: undefined,
    command: undefined,
    container: undefined,
    stdin: false,
    tty: false,
    image: undefined,
    allowed: undefined,
  }
  assert.deepEqual(interactiveAccess(event), { ...defaults, ...expected }, message)
}

const postgres = { namespace: 'payments', name: 'ledger-db', container: 'postgres' }
const metrics = { ...postgres, container: 'metrics' }
const checkout = { namespace: 'payments', name: 'checkout-6846f6f498-4psxn', container: 'app' }
const worker1 = { targetType: 'node', nodeName: 'worker-1' } as const
const terminal = { stdin: true, tty: true }
const exec = (...command: string[]) => ({ operation: 'EXEC', command }) as const
const oddities =
  'printf "%s|" "100% ünïcode 🚀 <tag> q=\\"1\\"" "a+b=c#d;e,f" "tab\tend" "line1\nline2" "$HOME" \\\\ --flag=/x/../y'

/** What each step's interactive requests must be recognised as, in the order of the truth file. */
const steps: Record<number, Expected[]> = {
  10: [{ ...exec('ls', '-la', '/data'), ...checkout }],
  11: [{ ...exec('cat', '/etc/shadow'), ...postgres }],
  12: [{ ...exec('sh', '-c', 'echo a&b; rm -rf /tmp/x'), ...postgres, ...terminal }],
  13: [{ ...exec('sh', '-c', oddities), ...postgres }],
  14: [{ ...exec('/bin/bash'), ...postgres, ...terminal }],
  15: [{ ...exec('sh', '-c', 'exit 42'), ...postgres }],
  16: [{ ...exec('env'), ...checkout }],
  17: [{ ...exec('sh'), ...metrics, stdin: true }],
  18: [{ ...exec('nosuchbinary', '--help'), ...postgres }],
  20: [{ ...exec('ls'), ...postgres, container: 'nosuch' }],
  21: [{ ...exec('ls'), ...postgres }],
  22: [{ ...exec('/bin/sh', '-c', 'id -u;echo "x"'), ...postgres, tty: true }],
  23: [{ ...exec('sleep', '20'), ...postgres }],
  25: [{ ...exec('tar', 'cf', '-', '/data/report.csv'), ...postgres }],
  26: [
    { ...exec('test', '-d', '/tmp/up.sh'), ...postgres },
    { ...exec('tar', '-xmf', '-', '-C', '/tmp'), ...postgres, stdin: true },
  ],
  27: [{ operation: 'ATTACH', ...metrics }],
  28: [{ operation: 'ATTACH', ...metrics, ...terminal }],
  29: [{ operation: 'PORTFORWARD', ...postgres, container: undefined }],
  30: [{ operation: 'PORTFORWARD', ...postgres, container: undefined }],
  31: [
    {
      operation: 'DEBUG',
      ...postgres,
      ...terminal,
      container: 'dbg',
      command: ['sh'],
      image: 'busybox:1.36',
    },
    { operation: 'ATTACH', ...postgres, ...terminal, container: 'dbg' },
  ],
  32: [
    {
      operation: 'ATTACH',
      namespace: 'default',
      name: 'node-debugger-worker-1-4x9l2',
      container: 'debugger',
      ...terminal,
    },
  ],
  36: [
    { ...exec('id'), ...postgres, allowed: false },
    { ...exec('id'), ...postgres, allowed: false },
  ],
  37: [{ ...exec('id'), ...postgres, allowed: false }],
  40: [
    { ...exec('id'), ...postgres, allowed: false },
    { ...exec('id'), ...postgres, allowed: false },
  ],
  42: [{ ...exec('id'), ...postgres, container: undefined, allowed: false }],
  44: [{ ...exec('id'), ...postgres, container: undefined, allowed: false }],
  46: [{ ...exec('whoami'), ...postgres }],
  55: [{ ...exec('cat', '/var/run/secrets/kubernetes.io/serviceaccount/token'), ...postgres }],
  93: [{ operation: 'PROXY', ...worker1 }],
  94: [{ operation: 'PROXY', ...worker1 }],
  95: [{ ...exec('cat', '/etc/passwd'), ...postgres, ...worker1 }],
  96: [{ ...exec('cat', '/etc/shadow'), ...postgres, ...worker1 }],
  97: [{ ...exec('id', '-a'), ...postgres, ...worker1 }],
  98: [{ ...exec('hostname'), ...postgres, ...worker1 }],
  99: [{ ...exec('id'), ...postgres, ...worker1 }],
  100: [{ ...exec('id'), ...postgres, ...worker1, allowed: false }],
  101: [{ operation: 'PROXY', namespace: 'payments', name: 'ledger-db', allowed: false }],
  109: [{ ...exec('date'), ...postgres }],
}

const INTERACTIVE = /\/(exec|attach|portforward|proxy|ephemeralcontainers)$/
const interactiveLines = new Set<number>()

suite('A real session, command by command', () => {
  for (const { step, cmd, events } of truth) {
    const requests = events.filter(event => INTERACTIVE.test(event.res))
    for (const line of requests.flatMap(request => request.lines)) interactiveLines.add(line)
    const expected = steps[step] ?? []
    if (expected.length === 0 && requests.length === 0) continue
    test(`step ${step}: ${cmd}`, () => {
      assert.equal(requests.length, expected.length)
      for (const [i, request] of requests.entries()) {
        for (const line of request.lines) expectStage(line, request.code, expected[i])
      }
    })
  }

  function expectStage(line: number, code: number, expected: Expected | undefined) {
    const event = session[line - 1]
    assert(event !== undefined && expected !== undefined)
    const isReceived = event.stage === 'RequestReceived'
    assert.equal(event.responseCode, isReceived ? undefined : code)
    const unanswered = { allowed: undefined, ...(expected.operation === 'DEBUG' && NO_BODY) }
    expectAccess(event, { allowed: true, ...expected, ...(isReceived && unanswered) }, `line ${line}`)
  }

  test('nothing else in it is interactive access', () => {
    const recognised = session.flatMap((event, i) => (interactiveAccess(event) ? [i + 1] : []))
    assert.deepEqual(
      recognised,
      [...interactiveLines].sort((a, b) => a - b),
    )
  })
})
const NO_BODY = { command: undefined, container: undefined, image: undefined, stdin: false, tty: false }

test('requests of the session, counted as its description does', () => {
  const requests = new Map<string, string>()
  for (const event of session) {
    if (!interactiveAccess(event) || event.responseCode === undefined) continue
    const { objectRef, verb, responseStatus } = JSON.parse(event.raw.toString())
    const { resource, subresource } = objectRef
    const what = subresource === 'proxy' ? `${resource}/proxy` : subresource
    requests.set(`${event.auditID}`, `${what} ${verb} ${responseStatus.code}`)
  }
  const totals: Record<string, number> = {}
  for (const kind of requests.values()) totals[kind] = (totals[kind] ?? 0) + 1
  assert.deepEqual(totals, {
    'attach create 101': 1,
    'attach get 101': 3,
    'ephemeralcontainers patch 200': 1,
    'exec create 101': 1,
    'exec create 400': 1,
    'exec create 401': 1,
    'exec create 403': 3,
    'exec get 101': 16,
    'exec get 400': 1,
    'exec get 403': 3,
    'nodes/proxy create 200': 2,
    'nodes/proxy create 403': 1,
    'nodes/proxy get 101': 3,
    'nodes/proxy get 200': 2,
    'pods/proxy get 403': 1,
    'portforward create 101': 1,
    'portforward get 101': 1,
  })
})

suite('Every event of the sample logs is judged as by JSON.parse and URL', () => {
  const samples: [file: string, interactive: number][] = [
    ['apiserver-v1.36.3-session.jsonl', 123],
    ['immudb-log-audit-k8s-1.25.jsonl', 0],
    ['cluster-logging-operator.jsonl', 1],
    ['audit2rbac-demo.jsonl', 0],
    ['falco-trace-files.jsonl', 2],
  ]
  for (const [file, interactive] of samples) {
    test(`${file}: ${interactive} interactive`, () => {
      const found = sampleLines(file).map((line, i) => {
        const access = interactiveAccess(parseEvent(line))
        assert.deepEqual(access && summary(access), reference(JSON.parse(line.toString())), `line ${i + 1}`)
        return access
      })
      assert.equal(found.filter(Boolean).length, interactive)
    })
  }

  const summary = ({ operation, nodeName, name, command, container }: InteractiveAccess) =>
    operation === 'DEBUG' ? { operation } : { operation, nodeName, name, command, container }

  /** Another way to the same answer, for well-formed URIs. */
  function reference(event: { verb: string; requestURI: string; objectRef?: Record<string, string> }) {
    const { resource, subresource, name } = event.objectRef ?? {}
    const url = new URL(event.requestURI, 'http://apiserver')
    const parameter = (key: string) => url.searchParams.getAll(key)
    const command = parameter('command').length > 0 ? parameter('command') : undefined
    const container = parameter('container')[0]
    const nothing = { nodeName: undefined, name, command: undefined, container: undefined }
    switch (`${resource}/${subresource}`) {
      case 'pods/exec':
        return { operation: 'EXEC', ...nothing, command, container }
      case 'pods/attach':
        return { operation: 'ATTACH', ...nothing, container }
      case 'pods/portforward':
        return { operation: 'PORTFORWARD', ...nothing }
      case 'pods/ephemeralcontainers':
        return event.verb === 'get' ? undefined : { operation: 'DEBUG' }
      case 'pods/proxy':
      case 'services/proxy':
        return { operation: 'PROXY', ...nothing, name: name?.split(':')[0] }
      case 'nodes/proxy': {
        const [endpoint, , pod, last] = decodeURIComponent(url.pathname).split(/\/+/).slice(6)
        const onNode = { nodeName: name, name: pod, container: last }
        if (endpoint === 'exec') return { operation: 'EXEC', ...onNode, command }
        if (endpoint === 'run')
          return { operation: 'EXEC', ...onNode, command: parameter('cmd')[0]?.split(' ') }
        return { operation: 'PROXY', ...nothing, nodeName: name, name: undefined }
      }
    }
    return undefined
  }
})

const POD = '/api/v1/namespaces/shop/pods/web-0'
const inPod = { namespace: 'shop', name: 'web-0' }
const ofPod = { resource: 'pods', namespace: 'shop', name: 'web-0' }

suite('The query of an exec, as Go reads it', () => {
  const cases: [title: string, query: string, expected: Partial<InteractiveAccess>][] = [
    ['no query at all', '', {}],
    ['an empty query', '?', {}],
    ['a plus is a space', '?command=echo+a', { command: ['echo a'] }],
    ['%20 is a space, %2B a plus', '?command=a%20b%2Bc', { command: ['a b+c'] }],
    ['empty arguments stay', '?command=sh&command=&command=x', { command: ['sh', '', 'x'] }],
    ['a name without value is an empty argument', '?command', { command: [''] }],
    ['a NUL byte is an argument like others', '?command=a%00b', { command: ['a\0b'] }],
    ['bytes that are not UTF-8', '?command=%ff%41', { command: ['\ufffdA'] }],
    ['an encoded name', '?c%6Fmmand=id&tt%79=1', { command: ['id'], tty: true }],
    ['an equals sign in a value', '?command=a=b', { command: ['a=b'] }],
    ['a name in other case is another name', '?Command=id&TTY=1', {}],
    ['a second question mark is part of the name', '??command=id', {}],
    ['a bad escape: the server drops the pair', '?command=id&command=%zz&command=%4', { command: ['id'] }],
    ['a semicolon: the server drops the pair', '?command=id&command=a;b&tty=1;', { command: ['id'] }],
    ['a bad container does not hide the real one', '?container=%zz&container=c', { container: 'c' }],
    ['container twice: the first', '?container=a&container=b', { container: 'a' }],
    ['container empty: none', '?container=', {}],
    ['booleans 1 and 0', '?stdin=1&tty=0', { stdin: true }],
    ['booleans TRUE and False', '?stdin=TRUE&tty=False', { stdin: true }],
    ['booleans FALSE and anything', '?stdin=FALSE&tty=no', { tty: true }],
    ['an empty boolean is true', '?stdin=&tty', { stdin: true, tty: true }],
    ['a boolean twice: the first', '?stdin=false&stdin=true&tty=1&tty=0', { tty: true }],
  ]
  for (const [title, query, expected] of cases) {
    test(title, () => {
      const event = eventOf({
        objectRef: { ...ofPod, subresource: 'exec' },
        requestURI: `${POD}/exec${query}`,
      })
      expectAccess(event, { operation: 'EXEC', ...inPod, ...expected })
    })
  }

  test('a megabyte of arguments, all kept', () => {
    const requestURI = `${POD}/exec?${'command=%61&'.repeat(90_000)}tty=1`
    const access = interactiveAccess(eventOf({ objectRef: { ...ofPod, subresource: 'exec' }, requestURI }))
    assert.equal(access?.command?.length, 90_000)
    assert.equal(access.tty, true)
  })
})

suite('Kubelet paths behind nodes/proxy, by POST or GET', () => {
  const onNode = { targetType: 'node', nodeName: 'n1' } as const
  const inContainer = { ...onNode, ...inPod, container: 'c' }
  const cases: [title: string, path: string, expected: Expected][] = [
    ['run', '/run/shop/web-0/c?cmd=a+b', { ...exec('a', 'b'), ...inContainer }],
    ['run, a space as it is', '/run/shop/web-0/c?cmd=a b', { ...exec('a', 'b'), ...inContainer }],
    ['run, two spaces', '/run/shop/web-0/c?cmd=a++b', { ...exec('a', '', 'b'), ...inContainer }],
    ['run with a pod uid', '/run/shop/web-0/uid-1/c?cmd=id', { ...exec('id'), ...inContainer }],
    ['run without cmd', '/run/shop/web-0/c', { operation: 'EXEC', ...inContainer }],
    [
      'exec',
      '/exec/shop/web-0/c?command=sh&command=-i&input=1&output=1&tty=1',
      { ...exec('sh', '-i'), ...inContainer, ...terminal },
    ],
    ['exec with a pod uid', '/exec/shop/web-0/uid-1/c?command=id', { ...exec('id'), ...inContainer }],
    ['exec: stdin is called input', '/exec/shop/web-0/c?stdin=1', { operation: 'EXEC', ...inContainer }],
    ['exec, its path cut short', '/exec/shop', { operation: 'EXEC', ...onNode, namespace: 'shop' }],
    [
      'attach',
      '/attach/shop/web-0/c?input=1&command=x',
      { operation: 'ATTACH', ...inContainer, stdin: true },
    ],
    ['portForward', '/portForward/shop/web-0', { operation: 'PORTFORWARD', ...onNode, ...inPod }],
    [
      'portForward with a uid',
      '/portForward/shop/web-0/u',
      { operation: 'PORTFORWARD', ...onNode, ...inPod },
    ],
    ['an escaped letter', '/r%75n/shop/web-0/c?cmd=id', { ...exec('id'), ...inContainer }],
    ['doubled slashes', '///%65xec//shop/web-0//c?command=id', { ...exec('id'), ...inContainer }],
    ['an escaped slash', '/run%2Fshop%2fweb-0/c?cmd=id', { ...exec('id'), ...inContainer }],
    ['dot segments', '/pods/.././run/shop/web-0/c?cmd=id', { ...exec('id'), ...inContainer }],
    ['dot segments, escaped', '/pods/%2e%2E/run/shop/web-0/c?cmd=id', { ...exec('id'), ...inContainer }],
    ['more dots than the path is deep', '/../../run/shop/web-0/c?cmd=id', { ...exec('id'), ...inContainer }],
    [
      'a bad escape elsewhere',
      '/exec/shop/web-0/%zz',
      { operation: 'EXEC', ...inContainer, container: '%zz' },
    ],
    [
      'a NUL byte in the name',
      '/exec/shop/web%000/c',
      { operation: 'EXEC', ...inContainer, name: 'web\0' + '0' },
    ],
    [
      'escaped twice: the kubelet finds no endpoint',
      '/r%2575n/shop/web-0/c',
      { operation: 'PROXY', ...onNode },
    ],
    ['other case: the kubelet finds no endpoint', '/Run/shop/web-0/c', { operation: 'PROXY', ...onNode }],
    ['exec further down is none', '/logs/exec/shop/web-0/c', { operation: 'PROXY', ...onNode }],
    ['executor is not exec', '/executor/shop/web-0/c', { operation: 'PROXY', ...onNode }],
    ['metrics', '/metrics', { operation: 'PROXY', ...onNode }],
    ['checkpoint', '/checkpoint/shop/web-0/c', { operation: 'PROXY', ...onNode }],
    ['containerLogs', '/containerLogs/shop/web-0/c?tailLines=2', { operation: 'PROXY', ...onNode }],
    ["the kubelet's root", '/', { operation: 'PROXY', ...onNode }],
    ['nothing after proxy', '', { operation: 'PROXY', ...onNode }],
  ]
  for (const [title, path, expected] of cases) {
    test(title, () => {
      const objectRef = { resource: 'nodes', name: 'n1', apiVersion: 'v1', subresource: 'proxy' }
      const requestURI = `/api/v1/nodes/n1/proxy${path}`
      for (const verb of ['get', 'create', ''])
        expectAccess(eventOf({ objectRef, requestURI, verb }), expected)
    })
  }

  const names: [title: string, segment: string, nodeName: string][] = [
    ['scheme and port', 'https:n1:10250', 'n1'],
    ['port only', 'n1:10250', 'n1'],
    ['more colons than that', 'a:b:c:d', 'a:b:c:d'],
    ['a node named proxy', 'proxy', 'proxy'],
    ['a node named nodes', 'nodes', 'nodes'],
    ['a node named exec', 'exec', 'exec'],
  ]
  for (const [title, name, nodeName] of names) {
    test(`the node's name with ${title}`, () => {
      const objectRef = { resource: 'nodes', name, subresource: 'proxy' }
      const requestURI = `/api/v1/nodes/${name}/proxy/run/shop/web-0/c?cmd=id`
      expectAccess(eventOf({ objectRef, requestURI }), { ...exec('id'), ...inContainer, nodeName })
    })
  }
})

suite('What objectRef says', () => {
  const cases: [title: string, event: Record<string, unknown>, expected: Expected | undefined][] = [
    [
      'an exec in a pod and namespace named exec',
      ref('pods', 'exec', 'exec', 'exec'),
      pod('EXEC', 'exec', 'exec'),
    ],
    ['a get of a pod named exec', ref('pods', undefined, 'a', 'exec'), undefined],
    ['a pod in a namespace named executor', ref('pods', undefined, 'executor', 'a'), undefined],
    ['the log of a pod named exec', ref('pods', 'log', 'exec', 'exec'), undefined],
    ['a proxied pod, its port left out', ref('pods', 'proxy', 'a', 'b:80'), pod('PROXY', 'a', 'b')],
    [
      'a proxied service, scheme and port left out',
      ref('services', 'proxy', 'a', 'https:b:443'),
      { ...pod('PROXY', 'a', 'b'), targetType: 'service' },
    ],
    ['a service has no exec', ref('services', 'exec', 'a', 'b'), undefined],
    ['a node has no attach', ref('nodes', 'attach', 'a', 'b'), undefined],
    ['pods of another API group', ref('pods', 'exec', 'a', 'b', { apiGroup: 'example.com' }), undefined],
    ['the core group written out', ref('pods', 'exec', 'a', 'b', { apiGroup: '' }), pod('EXEC', 'a', 'b')],
    ['a subresource in other case', ref('pods', 'EXEC', 'a', 'b'), undefined],
    ['a subresource of the same length', ref('pods', 'exek', 'a', 'b'), undefined],
    ['a subresource that is a number', ref('pods', 123_456, 'a', 'b'), undefined],
    ['a subresource named like an object method', ref('pods', 'constructor', 'a', 'b'), undefined],
    ['reading ephemeral containers', ref('pods', 'ephemeralcontainers', 'a', 'b'), undefined],
    [
      'writing them by an unknown method',
      { ...ref('pods', 'ephemeralcontainers', 'a', 'b'), verb: '' },
      pod('DEBUG', 'a', 'b'),
    ],
    [
      'no name and no namespace',
      { objectRef: { resource: 'pods', subresource: 'exec' } },
      { operation: 'EXEC' },
    ],
    [
      'nodes/proxy with a URI that does not fit',
      { ...ref('nodes', 'proxy', undefined, 'n'), requestURI: '/x' },
      { operation: 'PROXY', targetType: 'node', nodeName: 'n' },
    ],
    [
      'nodes/proxy with the URI of another subresource',
      { ...ref('nodes', 'proxy', undefined, 'n'), requestURI: '/api/v1/nodes/n/status/run/a/b/c' },
      { operation: 'PROXY', targetType: 'node', nodeName: 'n' },
    ],
    [
      'nodes/proxy without a name: the one in the path',
      { ...ref('nodes', 'proxy'), requestURI: '/api/v1/nodes/https:n:10250/proxy/pods' },
      { operation: 'PROXY', targetType: 'node', nodeName: 'n' },
    ],
    ['no requestURI', { ...ref('pods', 'attach', 'a', 'b'), requestURI: undefined }, pod('ATTACH', 'a', 'b')],
    [
      'a requestURI that is no string',
      { ...ref('pods', 'exec', 'a', 'b'), requestURI: 7 },
      pod('EXEC', 'a', 'b'),
    ],
  ]
  for (const [title, event, expected] of cases) {
    test(title, () => {
      if (expected === undefined) assert.equal(interactiveAccess(eventOf(event)), undefined)
      else expectAccess(eventOf(event), expected)
    })
  }

  test('a subresource written with JSON escapes', () => {
    const line = eventOf(ref('pods', 'exec', 'a', 'b'))
      .raw.toString()
      .replace('"exec"', '"e\\u0078ec"')
    expectAccess(parseEvent(line), pod('EXEC', 'a', 'b'))
  })

  function ref(resource: string, subresource: unknown, namespace?: string, name?: string, more = {}) {
    return { objectRef: { resource, subresource, namespace, name, ...more }, requestURI: `/api/v1/${name}` }
  }

  function pod(operation: Expected['operation'], namespace: string, name: string): Expected {
    return { operation, namespace, name }
  }
})

suite('Without objectRef the segments of the path decide', () => {
  const refused = { allowed: false }
  const cases: [title: string, requestURI: string, expected: Expected | undefined][] = [
    ['exec', `${POD}/exec?command=id`, { ...exec('id'), ...inPod, ...refused }],
    ['attach', `${POD}/attach`, { operation: 'ATTACH', ...inPod, ...refused }],
    ['portforward', `${POD}/portforward`, { operation: 'PORTFORWARD', ...inPod, ...refused }],
    ['proxy', `${POD}:80/proxy/metrics`, { operation: 'PROXY', ...inPod, ...refused }],
    [
      'a service',
      '/api/v1/namespaces/shop/services/web-0/proxy/',
      { operation: 'PROXY', ...inPod, targetType: 'service', ...refused },
    ],
    [
      'a kubelet',
      '/api/v1/nodes/n1/proxy/exec/shop/web-0/c?command=id',
      { ...exec('id'), ...inPod, container: 'c', targetType: 'node', nodeName: 'n1', ...refused },
    ],
    ['doubled slashes', `/${POD}//exec`, { operation: 'EXEC', ...inPod, ...refused }],
    [
      'an escaped path',
      '/%61pi/v1/namespaces/shop/pods/web-0/e%78ec',
      { operation: 'EXEC', ...inPod, ...refused },
    ],
    ['a bad escape', `${POD}%zz/exec`, { operation: 'EXEC', ...inPod, name: 'web-0%zz', ...refused }],
    ['a namespace named executor', '/api/v1/namespaces/executor/pods/web-0', undefined],
    ['a namespace and a pod named exec', '/api/v1/namespaces/exec/pods/exec', undefined],
    ['a namespace named exec alone', '/api/v1/namespaces/exec', undefined],
    ['exec in the query', '/api/v1/namespaces/shop/pods/web-0?x=/exec', undefined],
    ['exec after a subresource', `${POD}/log/exec`, undefined],
    ['another version', '/api/v2/namespaces/shop/pods/web-0/exec', undefined],
    ['a subresource named like an object method', `${POD}/constructor`, undefined],
    ['another API group', '/apis/apps/v1/namespaces/shop/pods/web-0/exec', undefined],
    ['discovery', '/api?timeout=32s', undefined],
    ['a health check', '/livez/exec', undefined],
    ['nothing', '', undefined],
    ['a percent sign alone', '/%', undefined],
  ]
  for (const [title, requestURI, expected] of cases) {
    test(title, () => {
      for (const objectRef of [undefined, null, {}]) {
        const event = eventOf({
          requestURI,
          objectRef,
          user: {},
          stage: 'ResponseStarted',
          responseStatus: { code: 401 },
        })
        if (expected === undefined) assert.equal(interactiveAccess(event), undefined)
        else expectAccess(event, expected)
      }
    })
  }
})

suite('Allowed or refused', () => {
  const cases: [
    title: string,
    code: number | undefined,
    decision: string | undefined,
    allowed: boolean | undefined,
  ][] = [
    ['101: a session was opened', 101, 'allow', true],
    ['200', 200, 'allow', true],
    ['401: not authenticated', 401, undefined, false],
    ['403: forbidden', 403, 'forbid', false],
    ['403 although authorised: refused by admission', 403, 'allow', false],
    ['400, 404 and 500 were authorised', 404, 'allow', true],
    ['500 without a decision', 500, undefined, true],
    ['another failure, but forbidden', 500, 'forbid', false],
    ['101 is a session whatever the decision says', 101, 'forbid', true],
    ['no code, allowed', undefined, 'allow', true],
    ['no code, forbidden', undefined, 'forbid', false],
    ['RequestReceived: nobody knows yet', undefined, undefined, undefined],
  ]
  for (const [title, code, decision, allowed] of cases) {
    test(title, () => {
      const responseStatus = code === undefined ? undefined : { metadata: {}, code }
      const annotations = decision === undefined ? undefined : { 'authorization.k8s.io/decision': decision }
      const objectRef = { ...ofPod, subresource: 'exec' }
      const access = interactiveAccess(eventOf({ objectRef, responseStatus, annotations }))
      assert.equal(access?.allowed, allowed)
    })
  }
})

suite('What DEBUG reads from the body', () => {
  const added = { name: 'dbg', image: 'busybox', command: ['sh'], args: ['-c', 'id'], stdin: true, tty: true }
  const found = { container: 'dbg', image: 'busybox', command: ['sh', '-c', 'id'], stdin: true, tty: true }
  const list = '/spec/ephemeralContainers'
  const cases: [title: string, body: unknown, expected: Partial<InteractiveAccess>][] = [
    ['none: level Metadata', undefined, {}],
    ['a merge patch', { spec: { ephemeralContainers: [added] } }, found],
    [
      'an update: the last is the new one',
      { spec: { ephemeralContainers: [{ name: 'old' }, added] } },
      found,
    ],
    ['before 1.22', { kind: 'EphemeralContainers', ephemeralContainers: [added] }, found],
    ['a JSON patch of an element', [{ op: 'add', path: `${list}/-`, value: added }], found],
    ['a JSON patch of the list', [{ op: 'add', path: list, value: [added] }], found],
    [
      'a JSON patch whose test names another container',
      [
        { op: 'add', path: `${list}/-`, value: added },
        { op: 'test', path: `${list}/0`, value: { name: 'harmless', command: ['true'] } },
      ],
      found,
    ],
    [
      'one with a command before one without',
      { spec: { ephemeralContainers: [added, { name: 'harmless' }] } },
      found,
    ],
    [
      'a JSON patch of the spec',
      [{ op: 'replace', path: '/spec', value: { ephemeralContainers: [added] } }],
      found,
    ],
    [
      'a JSON patch of the whole pod',
      [{ op: 'replace', path: '', value: { spec: { ephemeralContainers: [added] } } }],
      found,
    ],
    ['a JSON patch of something deeper', [{ op: 'replace', path: `${list}/0/image`, value: 'x' }], {}],
    ['only a name', { spec: { ephemeralContainers: [{ name: 'dbg' }] } }, { container: 'dbg' }],
    [
      'wrong types',
      { spec: { ephemeralContainers: [{ name: 1, command: 'sh', args: [2], stdin: 'true' }] } },
      {},
    ],
    ['a list that is none', { spec: { ephemeralContainers: { 0: added } } }, {}],
    ['elements that are none', { spec: { ephemeralContainers: [null, 1, 'x', []] } }, {}],
    ['operations that are none', [null, 1, 'x', [], { path: 5 }, { path: list }], {}],
    ['a string', 'body', {}],
    ['null', null, {}],
  ]
  for (const [title, requestObject, expected] of cases) {
    test(title, () => {
      const objectRef = { ...ofPod, subresource: 'ephemeralcontainers' }
      const event = eventOf({ objectRef, verb: 'patch', requestObject })
      expectAccess(event, { operation: 'DEBUG', ...inPod, ...expected })
    })
  }
})
