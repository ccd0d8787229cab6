import type { RawEvent } from './raw-event.ts'

const BASE = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  stage: 'ResponseComplete',
  requestURI: '/',
  verb: 'get',
  user: { username: 'alice' },
  sourceIPs: ['10.0.0.1'],
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-11-21T10:00:00.000000Z',
  stageTimestamp: '2026-11-21T10:00:00.000250Z',
}

/** What no sample log has, and a query could get wrong. */
export function madeEvents(): RawEvent[] {
  const events = [...networkPolicies(), ...addresses(), ...sessions(), ...workloads(), ...nearMisses()]
  return events.map((event, i) => ({ auditID: `made-${i}`, ...BASE, ...event }))
}

function networkPolicies(): RawEvent[] {
  const objectRef = { resource: 'networkpolicies', namespace: 'payments', name: 'deny-all' }
  return [
    { verb: 'delete', objectRef },
    { verb: 'delete', objectRef, stage: 'RequestReceived' },
    { verb: 'deletecollection', objectRef },
    { verb: 'update', objectRef },
    { verb: 'delete', objectRef: { ...objectRef, resource: 'networkpoliciesx' } },
  ]
}

/** The first and last address of each private network, and their neighbours. */
function addresses(): RawEvent[] {
  const single = [
    ...['9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0', '0.0.0.1', '255.255.255.255'],
    ...['100.63.255.255', '100.64.0.0', '100.127.255.255', '100.128.0.0'],
    ...['126.255.255.255', '127.0.0.0', '127.255.255.255', '128.0.0.0'],
    ...['169.253.255.255', '169.254.0.0', '169.254.255.255', '169.255.0.0'],
    ...['172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0'],
    ...['192.167.255.255', '192.168.0.0', '192.168.255.255', '192.169.0.0'],
    ...['::1', '::2', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '64:ff9b::808:808', '2606:4700::1111'],
    ...[
      'fbff:ffff::1',
      'fc00::',
      'fdff:ffff::1',
      'fe00::',
      'fe7f:ffff::1',
      'fe80::',
      'febf:ffff::1',
      'fec0::',
    ],
    'not an address',
  ].map(address => [address])
  const several = [
    ['8.8.8.8', '10.0.0.1'],
    ['10.0.0.1', '203.0.113.7'],
    ['10.0.0.1', '192.168.0.1'],
  ]
  return [...single, ...several].map(sourceIPs => ({ sourceIPs }))
}

/** Sessions of an hour, of less, and one that goes on. */
function sessions(): RawEvent[] {
  const requestURI = '/api/v1/namespaces/payments/pods/ledger-db/exec?command=sh&stdin=true&stdout=true'
  const objectRef = { resource: 'pods', subresource: 'exec', namespace: 'payments', name: 'ledger-db' }
  const opened = { requestURI, objectRef, responseStatus: { code: 101 } }
  return [
    { ...opened, auditID: 'hour', stageTimestamp: '2026-11-21T11:00:00.000000Z' },
    { ...opened, auditID: 'hour', stage: 'ResponseStarted' },
    { ...opened, auditID: 'less', stageTimestamp: '2026-11-21T10:59:59.999000Z' },
    { ...opened, auditID: 'open', stage: 'ResponseStarted', requestURI: `${requestURI}&tty=1` },
    { ...opened, auditID: 'no-terminal', requestURI: `${requestURI}&tty=0` },
  ]
}

/** Pods that reach their node, each in one way, and such that do not. */
function workloads(): RawEvent[] {
  const write = (resource: string, spec: object, verb = 'create'): RawEvent => ({
    verb,
    objectRef: { resource, namespace: 'payments', name: 'w' },
    requestObject: { spec },
  })
  const privileged = [{ securityContext: { privileged: true } }]
  const plain = { containers: [{ securityContext: { privileged: false } }], hostNetwork: false }
  return [
    write('pods', plain),
    write('pods', { containers: privileged }),
    write('pods', { initContainers: privileged }),
    write('pods', { ephemeralContainers: privileged }, 'patch'),
    write('pods', { hostNetwork: true }),
    write('pods', { hostPID: true }),
    write('pods', { hostIPC: true }),
    write('pods', { volumes: [{ emptyDir: {} }, { hostPath: { path: '/' } }] }),
    write('deployments', { template: { spec: { containers: privileged } } }, 'update'),
    write('deployments', { template: { spec: plain } }),
    write('cronjobs', { jobTemplate: { spec: { template: { spec: { hostPID: true } } } } }),
    write('configmaps', { hostPID: true }),
    { ...write('pods', { hostPID: true }), user: { username: 'system:node:worker-1' } },
    { ...write('pods', {}, 'patch'), requestObject: [{ op: 'add', path: '/spec/hostPID', value: true }] },
    { ...write('pods', {}, 'patch'), responseObject: { spec: { hostPID: true } } },
  ]
}

/** Values that only look like those that are asked for. */
function nearMisses(): RawEvent[] {
  const names = [
    'alice2',
    'Alice',
    'al*ce',
    'system',
    'systemx:serviceaccount:a:b',
    'system:kube',
    'system:nodes',
  ]
  const namespaces = ['payments-2', 'Payments', 'pay*']
  return [
    ...names.map(username => ({ user: { username } })),
    ...namespaces.map(namespace => ({ objectRef: { resource: 'secrets', namespace } })),
    { user: { username: 'system:admin' } },
    { user: {}, responseStatus: { code: 401 }, stage: 'ResponseStarted' },
    { user: { username: 'root' }, impersonatedUser: { username: 'alice' } },
    { verb: 'create', objectRef: { resource: 'serviceaccounts', name: 'ledger' } },
    { verb: 'create', objectRef: { resource: 'serviceaccounts', subresource: 'tokens', name: 'ledger' } },
    { verb: 'get', objectRef: { resource: 'serviceaccounts', subresource: 'token', name: 'ledger' } },
    { verb: 'create', objectRef: { resource: 'rolebindingrestrictions', name: 'r' } },
  ]
}
