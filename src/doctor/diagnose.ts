import type { Config } from '../config/config.ts'
import { connect } from '../connect.ts'
import { describe } from '../pipeline/health.ts'
import { silentLog } from '../pipeline/log.ts'
import type { AuditLogOptions } from '../receivers/audit-log/options.ts'
import { logPaths, type Provider } from '../receivers/audit-log/provider-presets.ts'
import { type ApiServer, Unclear } from './api-server/api-server.ts'
import { findApiServer } from './api-server/find.ts'
import { runningFlags } from './api-server/running-process.ts'
import { checkAuditing } from './checks/auditing.ts'
import { checkBackends } from './checks/backends.ts'
import { checkDeadLetters } from './checks/dead-letters.ts'
import { checkLog, writtenBy } from './checks/log.ts'
import { checkPolicy } from './checks/policy.ts'
import { checkAgent, checkProgress, type ReceiverPlace } from './checks/progress.ts'
import { checkRotation } from './checks/rotation.ts'
import { AS_ROOT, isDenied } from './denied.ts'
import type { Finding } from './finding.ts'
import type { Host } from './host.ts'

/** What auditship is told to do. */
export interface Given {
  /** Undefined when there is none, or none that is valid. */
  readonly config: Config | undefined
  /** Its file, for commands. */
  readonly file: string
  /** Without configuration: the log to look at instead of the API server's. */
  readonly log?: string | undefined
}

/** Looks at all that lies between a request to the API server and the backend, in the order events take. */
export async function diagnose(
  host: Host,
  given: Given,
  provider: Provider | undefined,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { config, file, log } = given
  const receivers = config === undefined ? [] : receiversOf(config)
  const distribution = provider ?? receivers.find(receiver => receiver.provider !== undefined)?.provider
  const { server, findings } = await apiServer(host, distribution)
  const written = log ?? (server && writtenBy(server))
  const preset = logPaths({ provider: distribution ?? server?.distribution })
  const looked =
    receivers.length > 0
      ? [...new Map(receivers.map(({ id, paths }) => [id, { receiver: id, file, paths }])).values()]
      : [{ receiver: undefined, file, paths: written === undefined ? preset : [written] }]
  const logs = await Promise.all(looked.map(place => checkLog(host, place, server)))
  const behind = config === undefined ? [] : await delivery(host, config, file, receivers, signal)
  return [...findings, ...logs.flat(), ...behind].map(finding => onMachine(host, finding))
}

/** Repairs are made on the machine, so its paths are named as they are there. */
const onMachine = (host: Host, { repair, ...finding }: Finding): Finding => ({
  ...finding,
  message: host.named(finding.message),
  ...(repair !== undefined && { repair: host.named(repair) }),
})

async function apiServer(
  host: Host,
  provider: Provider | undefined,
): Promise<{ readonly server: ApiServer | undefined; readonly findings: readonly Finding[] }> {
  try {
    const server = await findApiServer(host, provider)
    if (server === undefined) return { server, findings: [unseen(host, provider)] }
    const auditing = checkAuditing(server, await runningFlags(host))
    return { server, findings: [...auditing, ...(await checkPolicy(host, server)), ...checkRotation(server)] }
  } catch (error) {
    if (isDenied(error)) {
      const message = `how the API server is started may not be read: ${describe(error)}`
      return {
        server: undefined,
        findings: [{ check: 'auditing', severity: 'unknown', message, repair: AS_ROOT }],
      }
    }
    if (error instanceof Unclear) {
      const repair = `tr '\\0' '\\n' < /proc/$(pgrep -x kube-apiserver)/cmdline | grep audit`
      return {
        server: undefined,
        findings: [{ check: 'auditing', severity: 'unknown', message: error.message, repair }],
      }
    }
    const repair = `auditship init --provider ${provider ?? 'kubeadm'} --exporter otlp   # shows what it should hold`
    const finding: Finding = { check: 'auditing', severity: 'error', message: describe(error), repair }
    return { server: undefined, findings: [finding] }
  }
}

function unseen(host: Host, provider: Provider | undefined): Finding {
  const what = provider === undefined ? 'k3s, RKE2 or kubeadm' : provider
  return {
    check: 'auditing',
    severity: 'unknown',
    message: `no API server of ${what} is configured in ${host.root}: whether auditing is on cannot be told from here`,
    repair:
      'auditship doctor --root /host   # in a container, with / of the node mounted there; or run it on the node',
  }
}

interface Receiving extends ReceiverPlace {
  readonly provider: Provider | undefined
}

function receiversOf({ pipelines }: Config): Receiving[] {
  return pipelines.flatMap(({ name, receivers }) =>
    receivers
      .filter(({ type }) => type.type === 'auditLog')
      .map(({ id, options }) => {
        const place = options as AuditLogOptions
        return { pipeline: name, id, provider: place.provider, paths: logPaths(place) }
      }),
  )
}

async function delivery(
  host: Host,
  config: Config,
  file: string,
  receivers: readonly Receiving[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const { stateDir } = config.service
  const { exporters } = connect(config, silentLog, true, signal)
  return [
    ...(await stateOf(host, stateDir, file, receivers)),
    ...(await checkBackends(exporters, file, signal)),
  ]
}

/** What the agent's `stateDir` says, which only its own user may read. */
async function stateOf(
  host: Host,
  stateDir: string,
  file: string,
  receivers: readonly Receiving[],
): Promise<Finding[]> {
  try {
    await host.names(stateDir)
    const agent = await checkAgent(host, stateDir)
    const progress = await Promise.all(receivers.map(receiver => checkProgress(host, stateDir, receiver)))
    return [agent, ...progress.flat(), ...(await checkDeadLetters(host, stateDir, file))]
  } catch (error) {
    if (!isDenied(error)) throw error
    const message = `the stateDir ${stateDir} may not be read: ${describe(error)}`
    return [{ check: 'agent', severity: 'unknown', message, repair: AS_ROOT }]
  }
}
