import type { Actor } from './actors.ts'
import { APPS, clusterIP, GROUPS, HUMANS, resourceVersion } from './names.ts'
import { RESOURCES, type Target } from './resources.ts'
import type { World } from './world.ts'

/** An audit event with its keys in the order of Go's struct. */
export type Event = Record<string, unknown>

/** An event up to what it is about. */
export function start(
  { random }: World,
  level: string,
  stage: string,
  uri: string,
  verb: string,
  who: Actor,
): Event {
  const impersonated = {
    username: random.pick(HUMANS),
    groups: [random.pick(GROUPS), 'system:authenticated'],
  }
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level,
    auditID: random.uuid(),
    stage,
    requestURI: uri,
    verb,
    user: who.user,
    ...(who.kind === 'human' && random.chance(0.05) ? { impersonatedUser: impersonated } : {}),
    sourceIPs: who.sourceIPs,
    userAgent: who.userAgent,
  }
}

/** Adds times and annotations; the request takes up to `longest` microseconds. */
export function finish({ random, clock }: World, event: Event, who: Actor, longest: number): Event {
  const took = random.integer(100, longest)
  const latency = {
    'apiserver.latency.k8s.io/etcd': `${random.integer(100, 999)}.${random.integer(100, 999)}µs`,
    'apiserver.latency.k8s.io/serialize-response-object': `${random.integer(1, 9)}.${random.integer(1e5, 999_999)}ms`,
    'apiserver.latency.k8s.io/total': `${random.integer(10, 999)}.${random.integer(1e5, 999_999)}ms`,
  }
  const webhook = `{"configuration":"istio-sidecar-injector","webhook":"sidecar.istio.io","mutated":${random.chance(0.5)}}`
  return {
    ...event,
    requestReceivedTimestamp: clock.microTime(),
    stageTimestamp: clock.microTime(took),
    annotations: {
      ...(random.chance(0.15) ? latency : {}),
      'authorization.k8s.io/decision': who.kind === 'anonymous' ? 'forbid' : 'allow',
      'authorization.k8s.io/reason': who.reason,
      ...(random.chance(0.12) ? { 'mutation.webhook.admission.k8s.io/round_0_index_0': webhook } : {}),
      ...(random.chance(0.12) ? { 'pod-security.kubernetes.io/enforce-policy': 'baseline:latest' } : {}),
    },
  }
}

/** What the event is about; `more.uid` is known for objects that exist. */
export function objectRef({ random }: World, target: Target, more: { uid?: string } = {}): object {
  const { group, version } = RESOURCES[target.resource]
  return {
    resource: target.resource,
    ...(target.namespace ? { namespace: target.namespace } : {}),
    ...(target.name ? { name: target.name } : {}),
    ...more,
    ...(group ? { apiGroup: group } : {}),
    apiVersion: version,
    ...(more.uid ? { resourceVersion: resourceVersion(random) } : {}),
    ...(target.subresource ? { subresource: target.subresource } : {}),
  }
}

/** The query a client adds for that verb. */
export function query({ random }: World, verb: string): string {
  const app = random.pick(APPS)
  switch (verb) {
    case 'list':
      return `labelSelector=app%3D${app}&limit=500&resourceVersion=${random.chance(0.5) ? 0 : resourceVersion(random)}`
    case 'watch':
      return `allowWatchBookmarks=true&fieldSelector=metadata.name%3D${app}&resourceVersion=${resourceVersion(random)}&timeoutSeconds=${random.integer(300, 599)}&watch=true`
    case 'patch':
      return 'fieldManager=kubectl-client-side-apply&fieldValidation=Strict'
    case 'get':
      return random.chance(0.4) ? 'timeout=10s' : ''
    default:
      return 'timeout=10s'
  }
}

const FAILURES = [
  { message: 'Operation cannot be fulfilled: the object has been modified', reason: 'Conflict', code: 409 },
  { message: '"web" not found', reason: 'NotFound', code: 404 },
  {
    message: 'rpc error: code = Unavailable desc = etcdserver: leader changed',
    reason: 'InternalError',
    code: 500,
  },
]

/** How the request ended: now and then in a failure. */
export function responseStatus({ random }: World, verb: string, who: Actor): object {
  const failed = { metadata: {}, status: 'Failure' }
  if (who.kind === 'anonymous') {
    const message = `forbidden: User "system:anonymous" cannot ${verb} path from ${clusterIP(random)}`
    return { ...failed, message, reason: 'Forbidden', details: {}, code: 403 }
  }
  if (random.chance(0.065)) return { ...failed, details: {}, ...random.pick(FAILURES) }
  return { metadata: {}, code: verb === 'create' ? 201 : 200 }
}
