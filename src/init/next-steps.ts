import { dirname } from 'node:path'
import { restartOf } from '../doctor/api-server/api-server.ts'
import type { Provider } from '../receivers/audit-log/provider-presets.ts'
import { POLICY_PATH } from './api-server-settings.ts'
import { logPathOf, type Plan } from './plan.ts'

/** What is to be done with the files of a set-up, for people; commands are indented. @param folder where the files are */
export function nextSteps(plan: Plan, folder: string): string {
  const { provider } = plan
  const at = folder === '.' ? '' : `${folder}/`
  const turnOn = provider === undefined ? [ON_YOUR_OWN(plan)] : TURN_ON[provider](plan, at)
  return `Next:

1. Turn auditing on. On each control-plane node, one after the other:

${turnOn.map(line => `     ${line}\n`).join('')}
2. Put your backend into ${at}auditship.yaml, and see whether it is right:

     auditship validate --config ${at}auditship.yaml

3. Run it. On a node:

     auditship run --config ${at}auditship.yaml

   or, with the same in ${at}values.yaml, as a DaemonSet (docs/kubernetes.md):

     kubectl create namespace auditship
     kubectl label namespace auditship pod-security.kubernetes.io/enforce=privileged
     helm install auditship deploy/helm/auditship --namespace auditship --values ${at}values.yaml

4. When no events appear:

     auditship doctor --config ${at}auditship.yaml
`
}

const TURN_ON: Readonly<Record<Provider, (plan: Plan, at: string) => string[]>> = {
  k3s: (plan, at) => [
    `install -d -m 700 ${dirname(logPathOf(plan))}`,
    `install -m 600 ${at}audit-policy.yaml ${POLICY_PATH.k3s}`,
    `install -D -m 600 ${at}k3s-audit.yaml /etc/rancher/k3s/config.yaml.d/50-audit.yaml`,
    restartOf('k3s'),
  ],
  rke2: (_plan, at) => [
    `install -m 600 ${at}audit-policy.yaml ${POLICY_PATH.rke2}`,
    `install -D -m 600 ${at}rke2-audit.yaml /etc/rancher/rke2/config.yaml.d/50-audit.yaml`,
    restartOf('rke2'),
  ],
  kubeadm: (_plan, at) => [
    `install -m 600 ${at}audit-policy.yaml ${POLICY_PATH.kubeadm}`,
    // What is not in the file that the phase is given gets kubeadm's defaults.
    "kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' > cluster.yaml",
    `# by hand: merge apiServer of ${at}kubeadm-audit.yaml into apiServer of cluster.yaml`,
    'kubeadm init phase control-plane apiserver --config cluster.yaml',
  ],
  rke: (_plan, at) => [`rke up   # with ${at}rke-audit.yaml in cluster.yml`],
}

const ON_YOUR_OWN = (plan: Plan) =>
  `kube-apiserver --audit-policy-file=/etc/kubernetes/audit-policy.yaml --audit-log-path=${logPathOf(plan)} --audit-log-maxsize=100 --audit-log-maxbackup=10`
