import { contentOf } from './contents.ts'
import { managedFields } from './managed-fields.ts'
import { APPS, DESCRIPTIONS, HUMANS, resourceVersion, suffix } from './names.ts'
import { RESOURCES, type Target } from './resources.ts'
import { container } from './workloads.ts'
import type { World } from './world.ts'

/** A piece is only added while at least half of it would still fit. */
const TYPICAL_PIECE = { content: 1200, annotation: 130 }

/** An object of about `bytes` bytes; `stored` ones have what the API server adds. */
export function apiObject(world: World, target: Target, bytes: number, stored: boolean): object {
  const { random } = world
  const { group, version, kind } = RESOURCES[target.resource]
  const app = random.pick(APPS)
  const name = target.name ?? app
  const annotations: Record<string, string> = { description: random.pick(DESCRIPTIONS) }
  const { fields, grow } = contentOf(world, target.resource, app, name)
  const apiVersion = group ? `${group}/${version}` : version
  const metadata = { ...objectMetadata(world, name, target.namespace, app), annotations }
  const managed = stored && random.chance(0.6) ? { managedFields: managedFields(world, app) } : {}
  const object = { kind, apiVersion, metadata: { ...metadata, ...managed }, ...fields }

  let left = bytes - size(object)
  while (grow && left > TYPICAL_PIECE.content / 2) left -= size(grow())
  while (left > TYPICAL_PIECE.annotation / 2) left -= size(annotate(world, annotations))
  return object
}

/** The body of a merge patch of a workload, of about `bytes` bytes. */
export function patch(world: World, bytes: number): object {
  const { random, clock } = world
  const containers: object[] = []
  const annotations: Record<string, string> = {
    'kubectl.kubernetes.io/restartedAt': clock.time(),
    description: random.pick(DESCRIPTIONS),
  }
  const body = {
    metadata: { annotations },
    spec: { replicas: random.integer(1, 10), template: { spec: { containers } } },
    status: { conditions: [condition(world, 'Available'), condition(world, 'Progressing')] },
  }
  let left = bytes - size(body)
  while (left > TYPICAL_PIECE.content / 2) {
    const one = container(random, random.pick(APPS), containers.length)
    containers.push(one)
    left -= size(one)
  }
  while (left > TYPICAL_PIECE.annotation / 2) left -= size(annotate(world, annotations))
  return body
}

function objectMetadata({ random, clock }: World, name: string, namespace: string | undefined, app: string) {
  return {
    name,
    ...(namespace ? { namespace } : {}),
    uid: random.uuid(),
    resourceVersion: resourceVersion(random),
    generation: random.integer(1, 60),
    creationTimestamp: clock.time(-random.integer(1, 3e13)),
    labels: {
      app,
      'app.kubernetes.io/name': app,
      'app.kubernetes.io/managed-by': random.pick(['Helm', 'flux', 'kustomize']),
      'pod-template-hash': suffix(random, 10),
      team: random.pick(['north', 'south', 'platform', 'équipe', 'データ']),
    },
  }
}

function annotate({ random }: World, annotations: Record<string, string>): [string, string] {
  const domain = random.pick(['example.com', 'kustomize.toolkit.fluxcd.io', 'meta.helm.sh'])
  const name = `${domain}/${random.pick(['notes', 'checksum', 'release'])}-${Object.keys(annotations).length}`
  const sync = JSON.stringify({ sync: true, wave: random.integer(0, 9), by: random.pick(HUMANS) })
  const value = random.pick([random.pick(DESCRIPTIONS), `sha256:${random.hex(64)}`, sync])
  annotations[name] = value
  return [name, value]
}

function condition({ random, clock }: World, type: string): object {
  return {
    type,
    status: random.pick(['True', 'True', 'False']),
    lastUpdateTime: clock.time(-random.integer(1, 1e11)),
    lastTransitionTime: clock.time(-random.integer(1, 1e12)),
    reason: random.pick(['MinimumReplicasAvailable', 'NewReplicaSetAvailable']),
    message: random.pick(['ReplicaSet has progressed.', 'Pod wird beendet – Knoten nicht erreichbar']),
  }
}

const size = (value: unknown) => JSON.stringify(value).length
