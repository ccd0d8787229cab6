import { APPS, NAMESPACES, NODES, suffix } from './names.ts'
import type { Random } from './random.ts'

const VARIABLES = [
  ...[
    'LOG_LEVEL',
    'DB_HOST',
    'DB_PORT',
    'REDIS_URL',
    'FEATURES',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'JAVA_OPTS',
    'REGION',
  ],
  ...['MAX_CONNECTIONS', 'KAFKA_BROKERS', 'SENTRY_DSN'],
]

function environment(random: Random): object[] {
  const first = random.integer(0, VARIABLES.length - 1)
  return Array.from({ length: random.integer(2, 7) }, (_, i) => {
    const name = VARIABLES[(first + i) % VARIABLES.length] ?? ''
    if (random.chance(0.25)) {
      return {
        name,
        valueFrom: { secretKeyRef: { name: `${random.pick(APPS)}-credentials`, key: name.toLowerCase() } },
      }
    }
    const host = `${random.pick(APPS)}.${random.pick(NAMESPACES)}.svc.cluster.local`
    return {
      name,
      value: random.pick([
        'info',
        '5432',
        host,
        `redis://${host}:6379/0?db=1&timeout=5s`,
        '-Xmx2g -XX:+UseG1GC',
      ]),
    }
  })
}

/** The n-th container of a pod of that app. */
export function container(random: Random, app: string, n: number): object {
  const version = `${random.integer(1, 9)}.${random.integer(0, 40)}.${random.integer(0, 20)}`
  return {
    name: n === 0 ? app : `${app}-${n}`,
    image: `registry.example.com/${random.pick(['shop', 'shared'])}/${app}:${version}@sha256:${random.hex(64)}`,
    ...(random.chance(0.4)
      ? { command: ['/bin/sh', '-c', 'until nc -z db 5432; do sleep 1; done && exec /app/run 2>&1'] }
      : {}),
    ports: [
      { name: 'http', containerPort: 8080, protocol: 'TCP' },
      { name: 'metrics', containerPort: 9090, protocol: 'TCP' },
    ],
    env: environment(random),
    resources: {
      limits: { cpu: String(random.integer(1, 4)), memory: `${random.integer(1, 8)}Gi` },
      requests: { cpu: `${random.integer(50, 900)}m`, memory: `${random.integer(64, 900)}Mi` },
    },
    volumeMounts: [
      { name: 'config', mountPath: '/etc/app', readOnly: true },
      {
        name: `kube-api-access-${suffix(random, 5)}`,
        readOnly: true,
        mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
      },
    ],
    livenessProbe: {
      httpGet: { path: '/healthz', port: 'http', scheme: 'HTTP' },
      initialDelaySeconds: 10,
      timeoutSeconds: 1,
      periodSeconds: 10,
      failureThreshold: 3,
    },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
    securityContext: { capabilities: { drop: ['ALL'] }, runAsNonRoot: true, allowPrivilegeEscalation: false },
  }
}

/** The spec of a pod, with the containers given. */
export function podSpec(random: Random, app: string, containers: object[]): object {
  const tolerate = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })
  return {
    volumes: [{ name: 'config', configMap: { name: `${app}-config`, defaultMode: 420 } }],
    containers,
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: app,
    nodeName: random.pick(NODES),
    securityContext: { runAsUser: 10001, fsGroup: 10001 },
    schedulerName: 'default-scheduler',
    tolerations: [tolerate('node.kubernetes.io/not-ready'), tolerate('node.kubernetes.io/unreachable')],
    priority: 0,
    enableServiceLinks: true,
  }
}
