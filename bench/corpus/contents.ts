import { APPS, clusterIP, DESCRIPTIONS, NODES, podName, suffix } from './names.ts'
import type { ResourceName } from './resources.ts'
import { container, podSpec } from './workloads.ts'
import type { World } from './world.ts'

/** What is in an object besides its metadata. */
export interface Content {
  readonly fields: Record<string, unknown>
  /** Adds one more thing of the kind the object is made of, and returns it; absent: such an object does not grow. */
  readonly grow?: () => unknown
}

type ContentOf = (world: World, app: string, name: string) => Content

const lease: ContentOf = ({ random, clock }, _app, name) => ({
  fields: {
    spec: {
      holderIdentity: `${name}_${random.uuid()}`,
      leaseDurationSeconds: 40,
      acquireTime: clock.microTime(-random.integer(1, 1e11)),
      renewTime: clock.microTime(),
      leaseTransitions: random.integer(0, 90),
    },
  },
})

const configMap: ContentOf = ({ random }) => {
  const data: Record<string, string> = {}
  const grow = () => {
    const port = random.integer(1024, 65535)
    const settings = `${random.pick(APPS)}.enabled=true\n\t"key": "${random.hex(16)}",\n`
    const file = `# ${random.pick(DESCRIPTIONS)}\nserver:\n  port: ${port}\n  host: "0.0.0.0"\n`
    const text = file + settings.repeat(random.integer(1, 14))
    data[`${random.pick(['application.yaml', 'nginx.conf', 'dashboard.json'])}.${Object.keys(data).length}`] =
      text
    return text
  }
  return { fields: { data }, grow }
}

const secret: ContentOf = ({ random }) => {
  const data: Record<string, string> = {}
  const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const grow = () => {
    const text = random.text(4 * random.integer(50, 220), base64)
    data[`${random.pick(['tls.crt', 'tls.key', 'password'])}.${Object.keys(data).length}`] = text
    return text
  }
  return { fields: { data, type: 'Opaque' }, grow }
}

const endpoints: ContentOf = ({ random }, app) => {
  const list: object[] = []
  const grow = () => {
    const endpoint = {
      addresses: [clusterIP(random)],
      conditions: { ready: random.chance(0.9), serving: true, terminating: false },
      nodeName: random.pick(NODES),
      targetRef: { kind: 'Pod', name: podName(random, app), uid: random.uuid() },
      zone: random.pick(['eu-west-1a', 'eu-west-1b', 'eu-west-1c']),
    }
    list.push(endpoint)
    return endpoint
  }
  return { fields: { endpoints: list, ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] }, grow }
}

const event: ContentOf = ({ random }, app) => ({
  fields: {
    involvedObject: { kind: 'Pod', name: podName(random, app), uid: random.uuid(), apiVersion: 'v1' },
    reason: random.pick(['BackOff', 'Pulled', 'Scheduled', 'Unhealthy']),
    message: `Readiness probe failed: Get "http://${clusterIP(random)}:8080/healthz": context deadline exceeded`,
    count: random.integer(1, 400),
    type: 'Warning',
  },
})

const node: ContentOf = ({ random }, _app, name) => {
  const images: object[] = []
  const grow = () => {
    const repository = `registry.example.com/shop/${random.pick(APPS)}`
    const names = [`${repository}@sha256:${random.hex(64)}`, `${repository}:${random.integer(1, 9)}.0.0`]
    const image = { names, sizeBytes: random.integer(1e6, 9e8) }
    images.push(image)
    return image
  }
  const status = {
    addresses: [
      { type: 'InternalIP', address: clusterIP(random) },
      { type: 'Hostname', address: name },
    ],
    capacity: { cpu: '16', 'ephemeral-storage': '104845292Ki', memory: '64785120Ki', pods: '110' },
    nodeInfo: {
      machineID: random.hex(32),
      systemUUID: random.uuid(),
      kernelVersion: '6.12.30',
      operatingSystem: 'linux',
    },
    images,
  }
  return { fields: { status }, grow }
}

const pod: ContentOf = ({ random }, app) => {
  const containers: object[] = []
  const grow = () => {
    const one = container(random, containers.length === 0 ? app : random.pick(APPS), containers.length)
    containers.push(one)
    return one
  }
  return { fields: { spec: podSpec(random, app, containers) }, grow }
}

const workload: ContentOf = (world, app, name) => {
  const { random } = world
  const { fields, grow } = pod(world, app, name)
  const labels = { app, 'pod-template-hash': suffix(random, 10) }
  const spec = {
    replicas: random.integer(1, 12),
    selector: { matchLabels: { app } },
    template: { metadata: { creationTimestamp: null, labels }, ...fields },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    revisionHistoryLimit: 10,
  }
  return grow ? { fields: { spec }, grow } : { fields: { spec } }
}

const CONTENTS: Partial<Record<ResourceName, ContentOf>> = {
  leases: lease,
  configmaps: configMap,
  secrets: secret,
  endpointslices: endpoints,
  endpoints,
  events: event,
  nodes: node,
  pods: pod,
}

/** The content of a new object; a resource without one of its own gets a workload's. */
export function contentOf(world: World, resource: ResourceName, app: string, name: string): Content {
  return (CONTENTS[resource] ?? workload)(world, app, name)
}
