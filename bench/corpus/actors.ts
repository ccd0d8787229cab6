import {
  clusterIP,
  commit,
  GROUPS,
  HUMANS,
  KUBERNETES_VERSIONS,
  NAMESPACES,
  NODES,
  podName,
} from './names.ts'
import type { Random } from './random.ts'

/** Who sends a request, as the API server records it. */
export interface Actor {
  readonly kind: ActorKind
  readonly user: Record<string, unknown>
  readonly userAgent: string
  readonly sourceIPs: string[]
  /** Why RBAC let it in. */
  readonly reason: string
}

export type ActorKind = keyof typeof SHARES

/** How many of a thousand requests each kind sends. */
const SHARES = {
  node: 220,
  controller: 230,
  serviceAccount: 300,
  scheduler: 70,
  apiServer: 70,
  human: 105,
  anonymous: 5,
}

const CONTROLLERS = [
  ...[
    'deployment',
    'replicaset',
    'statefulset',
    'daemon-set',
    'job',
    'cronjob',
    'endpointslice',
    'namespace',
    'node',
  ],
  ...[
    'resourcequota',
    'attachdetach',
    'horizontal-pod-autoscaler',
    'persistent-volume-binder',
    'service-account',
  ],
]

const SERVICE_ACCOUNTS = [
  ...[
    'prometheus-k8s',
    'kube-state-metrics',
    'kustomize-controller',
    'cert-manager-cainjector',
    'istiod',
    'gitlab-runner',
  ],
  ...[
    'ingress-nginx',
    'gatekeeper-admin',
    'velero',
    'postgres-operator',
    'fluent-bit',
    'vault-agent-injector',
    'stock',
  ],
]

const HUMAN_AGENTS = [
  'k9s/v0.50.6 (darwin/arm64) kubernetes/$Format',
  'Helm/3.18.3',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36',
]

const AUTHENTICATED = 'system:authenticated'
const credentialId = 'authentication.kubernetes.io/credential-id'
const certificate = (random: Random) => ({ [credentialId]: [`X509SHA256=${random.hex(64)}`] })

function agent(random: Random, program: string, rest = ''): string {
  return `${program}/${random.pick(KUBERNETES_VERSIONS)} (linux/amd64) kubernetes/${commit(random)}${rest}`
}

const allowed = (role: string, subject: string) =>
  `RBAC: allowed by ClusterRoleBinding "${role}" of ClusterRole "${role}" to ${subject}`

const MAKERS: Record<ActorKind, (random: Random) => Omit<Actor, 'kind'>> = {
  node: random => ({
    user: {
      username: `system:node:${random.pick(NODES)}`,
      groups: ['system:nodes', AUTHENTICATED],
      extra: certificate(random),
    },
    userAgent: agent(random, 'kubelet'),
    sourceIPs: [clusterIP(random)],
    reason: '',
  }),
  controller: random => {
    const name = `${random.pick(CONTROLLERS)}-controller`
    const username = `system:serviceaccount:kube-system:${name}`
    return {
      user: {
        username,
        uid: random.uuid(),
        groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', AUTHENTICATED],
        ...(random.chance(0.3) ? { extra: { [credentialId]: [`JTI=${random.uuid()}`] } } : {}),
      },
      userAgent: agent(random, 'kube-controller-manager', `/${username}`),
      sourceIPs: ['10.20.0.4'],
      reason: allowed(`system:controller:${name}`, `ServiceAccount "${name}/kube-system"`),
    }
  },
  serviceAccount: random => {
    const name = random.pick(SERVICE_ACCOUNTS)
    const namespace = random.pick(NAMESPACES)
    const token = {
      [credentialId]: [`JTI=${random.uuid()}`],
      'authentication.kubernetes.io/node-name': [random.pick(NODES)],
    }
    return {
      user: {
        username: `system:serviceaccount:${namespace}:${name}`,
        uid: random.uuid(),
        groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED],
        extra: {
          ...(random.chance(0.3) ? token : {}),
          'authentication.kubernetes.io/pod-name': [podName(random, name)],
          'authentication.kubernetes.io/pod-uid': [random.uuid()],
        },
      },
      userAgent: random.pick([
        'Go-http-client/2.0',
        `${name}/v0.0.0 (linux/amd64) kubernetes/$Format`,
        agent(random, name),
      ]),
      sourceIPs: [clusterIP(random)],
      reason: allowed(name, `ServiceAccount "${name}/${namespace}"`),
    }
  },
  scheduler: random => ({
    user: { username: 'system:kube-scheduler', groups: [AUTHENTICATED], extra: certificate(random) },
    userAgent: agent(random, 'kube-scheduler', '/leader-election'),
    sourceIPs: ['10.20.0.4'],
    reason: allowed('system:kube-scheduler', 'User "system:kube-scheduler"'),
  }),
  apiServer: random => ({
    user: { username: 'system:apiserver', uid: random.uuid(), groups: [AUTHENTICATED, 'system:masters'] },
    userAgent: agent(random, 'kube-apiserver'),
    sourceIPs: ['::1'],
    reason: '',
  }),
  human: random => ({
    user: {
      username: random.pick(HUMANS),
      groups: [random.pick(GROUPS), random.pick(GROUPS), AUTHENTICATED],
      extra: certificate(random),
    },
    userAgent: random.chance(0.4) ? agent(random, 'kubectl') : random.pick(HUMAN_AGENTS),
    sourceIPs: [`203.0.113.${random.integer(1, 254)}`, clusterIP(random)],
    reason: allowed(random.pick(['cluster-admin', 'edit', 'view']), `Group "${random.pick(GROUPS)}"`),
  }),
  anonymous: random => ({
    user: { username: 'system:anonymous', groups: ['system:unauthenticated'] },
    userAgent: random.pick(['curl/8.5.0', 'Mozilla/5.0 zgrab/0.x', 'python-requests/2.32.3']),
    sourceIPs: [`198.51.100.${random.integer(1, 254)}`],
    reason: '',
  }),
}

/** Somebody, as often as such a caller is seen; one of `among` when given. */
export function actor(random: Random, among?: readonly ActorKind[]): Actor {
  const kind = among ? random.pick(among) : random.weighted(SHARES)
  return { kind, ...MAKERS[kind](random) }
}
