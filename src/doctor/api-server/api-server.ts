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
  /** The files that an operator edits, which are not those that RKE2 makes. */
  readonly files: readonly string[]
  readonly flags: Flags
  /** What it sees of the host; undefined when it runs on the host itself or that is not known. */
  readonly mounts: readonly Mount[] | undefined
  /** What the next start gives it, when `flags` are from a file that only a start makes. */
  readonly nextFlags?: Flags
}

/** Its files as words of a command. */
export const filesOf = ({ files }: ApiServer) => files.join(' ')

/** How a path of the host is made visible to it, as the comment of a command. */
export const mountingOf = ({ distribution }: ApiServer, path: string, type: 'File' | 'Directory') =>
  distribution === 'rke2'
    ? `kube-apiserver-extra-mount: [${path}:${path}]`
    : `mount ${path} by a hostPath volume of type ${type}`

/** How an API server is started cannot be told from its files. */
export class Unclear extends Error {
  override name = 'Unclear'
}

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
