import type { Host } from '../host.ts'
import type { ApiServer, Distribution } from './api-server.ts'
import { flagsOf } from './flags.ts'
import { readRancherConfig } from './rancher-config.ts'
import { runningFlags } from './running-process.ts'
import { readServiceArgs, valuesOf } from './service-unit.ts'
import { readStaticPod } from './static-pod.ts'

/** The manifest that kubeadm, and whoever does as it does, has the kubelet run. */
const KUBEADM_MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml'

const FINDERS: Readonly<Record<Distribution, (host: Host) => Promise<ApiServer | undefined>>> = {
  kubeadm: host => staticPod(host, 'kubeadm', KUBEADM_MANIFEST),
  rke2: findRke2,
  k3s: findK3s,
  rke: findRke,
}

/**
 * The API server of the machine: that of the distribution named, else of the first one that is installed.
 * @throws Error that names a file which cannot be read
 */
export async function findApiServer(
  host: Host,
  distribution: Distribution | undefined,
): Promise<ApiServer | undefined> {
  if (distribution !== undefined) return FINDERS[distribution](host)
  for (const find of Object.values(FINDERS)) {
    const found = await find(host)
    if (found !== undefined) return found
  }
  return undefined
}

async function staticPod(
  host: Host,
  distribution: Distribution,
  path: string,
): Promise<ApiServer | undefined> {
  const text = await host.text(path)
  if (text === undefined) return undefined
  try {
    return { distribution, source: path, ...readStaticPod(text) }
  } catch (cause) {
    throw new Error(`${path} is no pod that the kubelet could run`, { cause })
  }
}

/** RKE2 makes the manifest from its configuration when it starts. */
async function findRke2(host: Host): Promise<ApiServer | undefined> {
  const { sources, values } = await readRancherConfig(host, '/etc/rancher/rke2')
  const dataDir = values.get('data-dir')?.at(-1) ?? '/var/lib/rancher/rke2'
  const made = await staticPod(host, 'rke2', `${dataDir}/agent/pod-manifests/kube-apiserver.yaml`)
  if (made !== undefined) return made
  const source = sources.at(-1)
  if (source === undefined) return undefined
  const policy = values.get('audit-policy-file')?.at(-1)
  // What RKE2 adds when it is given a policy: https://docs.rke2.io/security/hardening_guide
  const own = policy === undefined ? [] : [`audit-policy-file=${policy}`, ...rke2Defaults(dataDir)]
  const flags = flagsOf([...own, ...(values.get('kube-apiserver-arg') ?? [])])
  return { distribution: 'rke2', source, flags, mounts: undefined }
}

const rke2Defaults = (dataDir: string) => [
  `audit-log-path=${dataDir}/server/logs/audit.log`,
  'audit-log-maxage=30',
  'audit-log-maxbackup=10',
  'audit-log-maxsize=100',
]

/** k3s takes arguments from its configuration unless its command line has some. https://docs.k3s.io/installation/configuration#configuration-file */
async function findK3s(host: Host): Promise<ApiServer | undefined> {
  const { sources, values } = await readRancherConfig(host, '/etc/rancher/k3s')
  const service = await readServiceArgs(host, 'k3s.service')
  const isThere = service !== undefined || (await host.names('/var/lib/rancher/k3s/server')).length > 0
  if (sources.length === 0 && !isThere) return undefined
  const args = valuesOf(service?.args ?? [], 'kube-apiserver-arg')
  if (service !== undefined && args.length > 0)
    return { distribution: 'k3s', source: service.path, flags: flagsOf(args), mounts: undefined }
  const flags = flagsOf(values.get('kube-apiserver-arg') ?? [])
  const source = sources.join(', ') || '/etc/rancher/k3s/config.yaml, which is not there'
  return { distribution: 'k3s', source, flags, mounts: undefined }
}

/** RKE starts it as a Docker container and leaves no file. */
async function findRke(host: Host): Promise<ApiServer | undefined> {
  const flags = await runningFlags(host)
  if (flags === undefined) return undefined
  return { distribution: 'rke', source: 'the process kube-apiserver', flags, mounts: undefined }
}
