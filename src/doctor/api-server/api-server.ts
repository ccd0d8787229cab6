import type { Flags } from './flags.ts'

/** How Kubernetes was installed, as far as it says how an API server is configured. */
export type Distribution = 'k3s' | 'rke2' | 'kubeadm' | 'rke'

/** What of the host is seen by a process in a container. */
export interface Mount {
  readonly mountPath: string
  readonly hostPath: string
}

/** How the API server of a machine is started. */
export interface ApiServer {
  readonly distribution: Distribution
  /** The files that say so, with a comma between them, or the process. */
  readonly source: string
  readonly flags: Flags
  /** What it sees of the host; undefined when it runs on the host itself or that is not known. */
  readonly mounts: readonly Mount[] | undefined
}

/** Its files as words of a command. */
export const filesOf = ({ source }: ApiServer) => source.replaceAll(', ', ' ')

/** Where on the host a path of the API server is; undefined when it does not see it. */
export function hostPathOf({ mounts }: ApiServer, path: string): string | undefined {
  if (mounts === undefined) return path
  const covering = mounts.filter(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`))
  const [closest] = covering.sort((a, b) => b.mountPath.length - a.mountPath.length)
  return closest && closest.hostPath + path.slice(closest.mountPath.length)
}

/** The command that has an API server take up what has changed in its configuration or policy. */
export function restartOf(distribution: Distribution): string {
  switch (distribution) {
    case 'k3s':
      return 'systemctl restart k3s'
    case 'rke2':
      return 'systemctl restart rke2-server'
    case 'rke':
      return 'docker restart kube-apiserver'
    case 'kubeadm':
      return 'crictl stop $(crictl ps --quiet --name kube-apiserver)'
  }
}
