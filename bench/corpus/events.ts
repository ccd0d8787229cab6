import { actor } from './actors.ts'
import { type Event, finish, objectRef, query, responseStatus, start } from './event-parts.ts'
import { APPS, NAMESPACES, podName } from './names.ts'
import { apiObject, patch } from './objects.ts'
import { objectName, RESOURCES, requestURI, someResource, type Target } from './resources.ts'
import type { World } from './world.ts'

/** The kinds of lines in the corpus; `exec` is at level Metadata, too. */
export type EventClass = 'metadata' | 'exec' | 'request' | 'requestResponse'

const READ_AND_WRITE = {
  get: 34,
  list: 20,
  watch: 16,
  update: 14,
  patch: 8,
  create: 4,
  delete: 3,
  deletecollection: 1,
}
const WRITE = { update: 38, patch: 34, create: 28 }

const COMMANDS = [
  ...[
    ['ls', '-la', '/'],
    ['cat', '/etc/passwd'],
    ['/bin/bash'],
    ['env'],
    ['ps', 'auxww'],
    ['kill', '-HUP', '1'],
  ],
  ['sh', '-c', 'curl -s http://169.254.169.254/latest/meta-data/ && id'],
  ['cat', '/var/run/secrets/kubernetes.io/serviceaccount/token'],
  ['psql', '-U', 'postgres', '-c', 'select count(*) from "orders" where total > 100'],
  ['tail', '-n', '200', '/var/log/app/größe.log'],
  ['sh', '-c', 'echo "привет, мир" > /tmp/проверка.txt'],
  ['tar', 'cf', '-', '/data/バックアップ'],
]

const MAKERS: Record<EventClass, (world: World) => Event> = {
  metadata: metadataEvent,
  exec: execEvent,
  request: world => writeEvent(world, 'Request'),
  requestResponse: world => writeEvent(world, 'RequestResponse'),
}

/** An event of that class, happening now. */
export function event(world: World, kind: EventClass): Event {
  return MAKERS[kind](world)
}

function metadataEvent(world: World): Event {
  const { random } = world
  const who = actor(random)
  if (random.chance(0.04)) {
    const uri = random.pick([
      '/healthz',
      '/readyz?verbose',
      '/metrics',
      '/version',
      '/openapi/v3?timeout=32s',
    ])
    const head = start(world, 'Metadata', 'ResponseComplete', uri, 'get', who)
    return finish(world, { ...head, responseStatus: responseStatus(world, 'get', who) }, who, 9_000)
  }
  const resource = someResource(random)
  const verb =
    resource === 'leases'
      ? random.pick(['get', 'update', 'update', 'update'])
      : random.weighted(READ_AND_WRITE)
  const ofAll = ['list', 'watch', 'create', 'deletecollection'].includes(verb)
  const target: Target = {
    resource,
    namespace: RESOURCES[resource].namespaced ? random.pick(NAMESPACES) : undefined,
    name: ofAll ? undefined : objectName(random, resource),
    subresource: verb === 'update' && random.chance(0.2) ? 'status' : undefined,
  }
  const stage = verb === 'watch' && random.chance(0.4) ? 'ResponseStarted' : 'ResponseComplete'
  const head = start(world, 'Metadata', stage, requestURI(target, query(world, verb)), verb, who)
  const uid = target.name && random.chance(0.4) ? { uid: random.uuid() } : {}
  const middle = {
    objectRef: objectRef(world, target, uid),
    responseStatus: responseStatus(world, verb, who),
  }
  return finish(world, { ...head, ...middle }, who, verb === 'watch' ? 6e8 : 60_000)
}

function execEvent(world: World): Event {
  const { random } = world
  const who = actor(random, ['human', 'human', 'human', 'human', 'serviceAccount'])
  const app = random.pick(APPS)
  const command = random
    .pick(COMMANDS)
    .map(word => `command=${encodeURIComponent(word).replaceAll('%20', '+')}`)
  const terminal = random.chance(0.5)
    ? ['stdin=true', 'stdout=true', 'tty=true']
    : ['stdout=true', 'stderr=true']
  const target: Target = {
    resource: 'pods',
    namespace: random.pick(NAMESPACES),
    name: podName(random, app),
    subresource: random.chance(0.1) ? 'attach' : 'exec',
  }
  const uri = requestURI(target, [...command, `container=${app}`, ...terminal].join('&'))
  const stage = random.pick(['ResponseStarted', 'ResponseComplete'])
  const head = start(world, 'Metadata', stage, uri, random.pick(['create', 'get']), who)
  const middle = { objectRef: objectRef(world, target), responseStatus: { metadata: {}, code: 101 } }
  return finish(world, { ...head, ...middle }, who, 9e8)
}

function writeEvent(world: World, level: 'Request' | 'RequestResponse'): Event {
  const { random } = world
  const who = actor(random, ['node', 'controller', 'serviceAccount', 'serviceAccount', 'human'])
  const verb = random.weighted(WRITE)
  const resource = someResource(random)
  const namespace = RESOURCES[resource].namespaced ? random.pick(NAMESPACES) : undefined
  const target: Target = { resource, namespace, name: objectName(random, resource) }
  const addressed = verb === 'create' ? { ...target, name: undefined } : target
  const head = start(world, level, 'ResponseComplete', requestURI(addressed, query(world, verb)), verb, who)

  const bytes = level === 'Request' ? random.integer(500, 3_150) : random.integer(4_500, 17_800)
  const requestBytes = level === 'Request' ? bytes : bytes * 0.35
  const requestObject =
    verb === 'patch' ? patch(world, requestBytes) : apiObject(world, target, requestBytes, false)
  const stored = () => ({ responseObject: apiObject(world, target, bytes - requestBytes, true) })
  const responseObject = level === 'Request' ? {} : stored()
  const ref = objectRef(world, target, { uid: random.uuid() })
  const middle = {
    objectRef: ref,
    responseStatus: responseStatus(world, verb, who),
    requestObject,
    ...responseObject,
  }
  return finish(world, { ...head, ...middle }, who, 200_000)
}
