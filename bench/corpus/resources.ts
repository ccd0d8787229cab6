import { APPS, NAMESPACES, NODES, podName, suffix } from './names.ts'
import type { Random } from './random.ts'

/** A resource of the API. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly namespaced: boolean
  /** How often it is asked for, relative to the others. */
  readonly weight: number
}

function resource(api: string, kind: string, weight: number, namespaced = true): Resource {
  const [version = '', group = ''] = api.split('/').reverse()
  return { group, version, kind, namespaced, weight }
}

/** The resources of the corpus by name. */
export const RESOURCES = {
  pods: resource('v1', 'Pod', 18),
  leases: resource('coordination.k8s.io/v1', 'Lease', 16),
  configmaps: resource('v1', 'ConfigMap', 9),
  secrets: resource('v1', 'Secret', 7),
  endpointslices: resource('discovery.k8s.io/v1', 'EndpointSlice', 6),
  nodes: resource('v1', 'Node', 6, false),
  events: resource('v1', 'Event', 5),
  deployments: resource('apps/v1', 'Deployment', 5),
  replicasets: resource('apps/v1', 'ReplicaSet', 5),
  services: resource('v1', 'Service', 4),
  endpoints: resource('v1', 'Endpoints', 3),
  namespaces: resource('v1', 'Namespace', 3, false),
  serviceaccounts: resource('v1', 'ServiceAccount', 3),
  statefulsets: resource('apps/v1', 'StatefulSet', 2),
  daemonsets: resource('apps/v1', 'DaemonSet', 2),
  jobs: resource('batch/v1', 'Job', 2),
  ingresses: resource('networking.k8s.io/v1', 'Ingress', 2),
  rolebindings: resource('rbac.authorization.k8s.io/v1', 'RoleBinding', 1),
  customresourcedefinitions: resource('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 1, false),
  kustomizations: resource('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 2),
  persistentvolumeclaims: resource('v1', 'PersistentVolumeClaim', 1),
}

export type ResourceName = keyof typeof RESOURCES

const WEIGHTS = Object.fromEntries(
  Object.entries(RESOURCES).map(([name, { weight }]) => [name, weight]),
) as Record<ResourceName, number>

/** A resource, as often as it is asked for. */
export function someResource(random: Random): ResourceName {
  return random.weighted(WEIGHTS)
}

/** The name of an object of that resource. */
export function objectName(random: Random, resource: ResourceName): string {
  const app = random.pick(APPS)
  switch (resource) {
    case 'pods':
      return podName(random, app)
    case 'nodes':
      return random.pick(NODES)
    case 'namespaces':
      return random.pick(NAMESPACES)
    case 'events':
      return `${podName(random, app)}.${random.hex(16)}`
    case 'leases':
      return random.pick([
        random.pick(NODES),
        'kube-scheduler',
        `apiserver-${random.hex(26)}`,
        `${app}-leader`,
      ])
    case 'secrets':
      return random.pick([`${app}-tls`, `sh.helm.release.v1.${app}.v${random.integer(1, 60)}`])
    default:
      return `${app}-${suffix(random, random.pick([5, 10]))}`
  }
}

/** What a request is about. */
export interface Target {
  readonly resource: ResourceName
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly subresource?: string | undefined
}

/** The request URI. */
export function requestURI(target: Target, query = ''): string {
  const { group, version } = RESOURCES[target.resource]
  const parts = [
    group ? `/apis/${group}/${version}` : `/api/${version}`,
    target.namespace ? `/namespaces/${target.namespace}` : '',
    `/${target.resource}`,
    target.name ? `/${target.name}` : '',
    target.subresource ? `/${target.subresource}` : '',
    query ? `?${query}` : '',
  ]
  return parts.join('')
}
