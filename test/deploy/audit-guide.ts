import { BlockList, isIP } from 'node:net'
import { accessOf, isRefused } from './interactive.ts'
import type { PodSpec, RawBody, RawEvent } from './raw-event.ts'

type Predicate = (event: RawEvent) => boolean

const INSIDE = new BlockList()
for (const [net, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  INSIDE.addSubnet(net, prefix, 'ipv4')
INSIDE.addAddress('::1', 'ipv6')
INSIDE.addSubnet('fc00::', 7, 'ipv6')
INSIDE.addSubnet('fe80::', 10, 'ipv6')

function isOutside(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && !INSIDE.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

const WRITES = /^(create|update|patch|delete|deletecollection)$/
const RBAC = /^(cluster)?role(binding)?s$/
const SENSITIVE =
  /^(secrets|configmaps|serviceaccounts|certificatesigningrequests|networkpolicies|(mutating|validating)webhookconfigurations|validatingadmissionpolic(ies|ybindings))$/
const WORKLOADS =
  /^(pods|deployments|daemonsets|statefulsets|replicasets|replicationcontrollers|jobs|cronjobs)$/

const user = (event: RawEvent) => event.user?.username ?? ''
const verb = (event: RawEvent) => event.verb ?? ''
const code = (event: RawEvent) => event.responseStatus?.code
const resource = (event: RawEvent) => event.objectRef?.resource ?? ''
const subresource = (event: RawEvent) => event.objectRef?.subresource ?? ''
const isComponent: Predicate = event =>
  /^system:(apiserver$|kube-|node:|serviceaccount:kube-system:)/.test(user(event))

/** Whether an event answers a question, computed from the log's own line: nothing of the program is used. */
export const AUDIT_GUIDE: Readonly<Record<string, Predicate>> = {
  requests: () => true,
  secrets: event => resource(event) === 'secrets',
  'failed-authentication': event => code(event) === 401,
  refused: event => isRefused(event) && code(event) !== 401,
  'one-user': event => user(event) === 'alice' || event.impersonatedUser?.username === 'alice',
  interactive: event => accessOf(event)?.kind === 'session',
  'interactive-refused': event => accessOf(event)?.kind === 'session' && isRefused(event),
  proxied: event => accessOf(event)?.kind === 'proxied',
  'rbac-changes': event => RBAC.test(resource(event)) && WRITES.test(verb(event)),
  outside: event => (event.sourceIPs ?? []).some(isOutside),
  'networkpolicy-deletion': event =>
    resource(event) === 'networkpolicies' && verb(event).startsWith('delete'),
  'token-requests': event =>
    `${resource(event)}/${subresource(event)}` === 'serviceaccounts/token' && verb(event) === 'create',
  writes: event => WRITES.test(verb(event)),
  'one-namespace': event => event.objectRef?.namespace === 'payments',
  'service-accounts': event => user(event).startsWith('system:serviceaccount:'),
  people: event => user(event) === 'system:admin' || /^(?!system:)./.test(user(event)),
  sensitive: event => isSensitive(event) && !isComponent(event),
  workloads: event => isWorkload(event) && !isComponent(event),
}

const isSensitive: Predicate = event =>
  SENSITIVE.test(resource(event)) ||
  RBAC.test(resource(event)) ||
  (resource(event) === 'nodes' && subresource(event) === 'proxy')

const isWorkload: Predicate = event =>
  WORKLOADS.test(resource(event)) &&
  /^(ephemeralcontainers)?$/.test(subresource(event)) &&
  /^(create|update|patch)$/.test(verb(event))

/** Whether the event wrote a pod, or a template of one, that is privileged or shares something with its node. */
export const isPrivileged: Predicate = event =>
  isWorkload(event) &&
  !isComponent(event) &&
  [event.requestObject, event.responseObject].some(body => body && 'spec' in body && reachesNode(body))

function reachesNode({ spec }: RawBody): boolean {
  const pod: PodSpec = spec?.jobTemplate?.spec?.template?.spec ?? spec?.template?.spec ?? spec ?? {}
  const containers = [pod.containers, pod.initContainers, pod.ephemeralContainers].flatMap(list => list ?? [])
  return (
    [pod.hostNetwork, pod.hostPID, pod.hostIPC].includes(true) ||
    containers.some(container => container.securityContext?.privileged === true) ||
    (pod.volumes ?? []).some(volume => volume.hostPath !== undefined)
  )
}
