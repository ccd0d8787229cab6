import { dirname } from 'node:path'
import type { Provider } from '../receivers/audit-log/provider-presets.ts'
import { indented } from './exporter-text.ts'
import { logPathOf, type Plan, type PlannedFile } from './plan.ts'

/** Where the policy belongs on a node. RKE has it within its own configuration. */
export const POLICY_PATH: Readonly<Record<Provider, string>> = {
  k3s: '/var/lib/rancher/k3s/server/audit-policy.yaml',
  rke2: '/etc/rancher/rke2/audit-policy.yaml',
  kubeadm: '/etc/kubernetes/audit-policy.yaml',
  rke: '',
}

/** Ten backups of 100 MB hold some nine hundred thousand events at Metadata: as long as they last, an outage loses nothing. */
const ROTATION = { maxsize: 100, maxbackup: 10, maxage: 30 }

/** What tells the API server to write the log, rotated so that it outlasts an outage. */
export function settingsFile(provider: Provider, plan: Plan): PlannedFile {
  const log = logPathOf(plan)
  return { name: `${provider}-audit.yaml`, text: TEXTS[provider](log, plan.policy) }
}

const TEXTS: Readonly<Record<Provider, (log: string, policy: string) => string>> = {
  k3s: log => `# For /etc/rancher/k3s/config.yaml.d/: adds to the arguments that k3s gives its API server.
kube-apiserver-arg+:
  - audit-policy-file=${POLICY_PATH.k3s}
${indented(logArguments(log), 2)}`,
  rke2: log => `# For /etc/rancher/rke2/config.yaml.d/: adds to the arguments that RKE2 gives its API server.
audit-policy-file: ${POLICY_PATH.rke2}
kube-apiserver-arg+:
${indented(logArguments(log), 2)}`,
  kubeadm: kubeadmText,
  rke: rkeText,
}

const logArguments = (log: string) =>
  [`audit-log-path=${log}`, ...Object.entries(ROTATION).map(([key, value]) => `audit-log-${key}=${value}`)]
    .map(argument => `- ${argument}\n`)
    .join('')

function kubeadmText(log: string): string {
  const flags = Object.entries(ROTATION)
  return `# For kubeadm: to be merged into \`apiServer\` of the cluster's configuration. Not to be given to kubeadm alone while a cluster runs:
# what is missing here would get kubeadm's defaults.
apiVersion: kubeadm.k8s.io/v1beta4 # Kubernetes 1.31 or later
kind: ClusterConfiguration
apiServer:
  extraArgs:
    - { name: audit-policy-file, value: ${POLICY_PATH.kubeadm} }
    - { name: audit-log-path, value: ${log} }
${flags.map(([key, value]) => `    - { name: audit-log-${key}, value: "${value}" }\n`).join('')}  extraVolumes:
    - name: audit-policy
      hostPath: ${POLICY_PATH.kubeadm}
      mountPath: ${POLICY_PATH.kubeadm}
      readOnly: true
      pathType: File
    - name: audit-log
      hostPath: ${dirname(log)}
      mountPath: ${dirname(log)}
      pathType: DirectoryOrCreate
`
}

function rkeText(log: string, policy: string): string {
  return `# For RKE: put this into cluster.yml, then \`rke up\`.
services:
  kube-api:
    audit_log:
      enabled: true
      configuration:
        max_size: ${ROTATION.maxsize}
        max_backup: ${ROTATION.maxbackup}
        max_age: ${ROTATION.maxage}
        path: ${log}
        format: json
        policy:
${indented(policy, 10)}`
}
