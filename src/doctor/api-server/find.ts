import type { Host } from '../host.ts'
import { type ApiServer, type Distribution, Unclear } from './api-server.ts'
import { flagsOf } from './flags.ts'
import { readRancherConfig } from './rancher-config.ts'
import { runningFlags } from './running-process.ts'
import { configOf, readServiceArgs, valuesOf } from './service-unit.ts'
import { readStaticPod, type StaticPod } from './static-pod.ts'

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
  const { flags = await runningFlags(host), mounts } = podOf(path, text)
  if (flags === undefined)
    throw new Unclear(`${path} starts the API server by a shell: its flags cannot be told from there`)
  return { distribution, source: path, files: [path], flags, mounts }
}

function podOf(path: string, text: string): StaticPod {
  try {
    return readStaticPod(text)
  } catch (cause) {
    throw new Error(`${path} is no pod that the kubelet could run`, { cause })
  }
}

/** RKE2 makes the manifest from its configuration when it starts. */
async function findRke2(host: Host): Promise<ApiServer | undefined> {
  const service = await readServiceArgs(host, 'rke2-server.service')
  const config = configOf(service?.args ?? []) ?? '/etc/rancher/rke2/config.yaml'
  const { sources, values } = await readRancherConfig(host, config)
  const dataDir = values.get('data-dir')?.at(-1) ?? '/var/lib/rancher/rke2'
  const made = await staticPod(host, 'rke2', `${dataDir}/agent/pod-manifests/kube-apiserver.yaml`)
  if (made === undefined && sources.length === 0) return undefined
  const policy = values.get('audit-policy-file')?.at(-1)
  // What RKE2 adds when it is given a policy: https://docs.rke2.io/security/hardening_guide
  const own = policy === undefined ? [] : [`audit-policy-file=${policy}`, ...rke2Defaults(dataDir)]
  const flags = flagsOf([...own, ...(values.get('kube-apiserver-arg') ?? [])])
  if (made === undefined)
    return { distribution: 'rke2', source: sources.join(', '), files: sources, flags, mounts: undefined }
  return { ...made, files: sources.length === 0 ? [config] : sources, nextFlags: flags }
}

const rke2Defaults = (dataDir: string) => [
  `audit-log-path=${dataDir}/server/logs/audit.log`,
  'audit-log-maxage=30',
  'audit-log-maxbackup=10',
  'audit-log-maxsize=100',
]

/** k3s takes arguments from its configuration unless its command line has some. https://docs.k3s.io/installation/configuration#configuration-file */
async function findK3s(host: Host): Promise<ApiServer | undefined> {
  const service = await readServiceArgs(host, 'k3s.service')
  const config = configOf(service?.args ?? []) ?? '/etc/rancher/k3s/config.yaml'
  const { sources, values } = await readRancherConfig(host, config)
  const isThere = service !== undefined || (await host.names('/var/lib/rancher/k3s/server')).length > 0
  if (sources.length === 0 && !isThere) return undefined
  const args = valuesOf(service?.args ?? [], 'kube-apiserver-arg')
  if (service !== undefined && args.length > 0) return k3s(service.path, [service.path], args)
  const source = sources.join(', ') || `${config}, which is not there`
  const files = sources.length === 0 ? [config] : sources
  return k3s(source, files, values.get('kube-apiserver-arg') ?? [])
}

const k3s = (source: string, files: readonly string[], args: readonly string[]): ApiServer => ({
  distribution: 'k3s',
  source,
  files,
  flags: flagsOf(args),
  mounts: undefined,
})

/** RKE starts it as a Docker container and leaves no file. */
async function findRke(host: Host): Promise<ApiServer | undefined> {
  const flags = await runningFlags(host)
  if (flags === undefined) return undefined
  const source = 'the process kube-apiserver'
  return { distribution: 'rke', source, files: ['cluster.yml'], flags, mounts: undefined }
}
