import { join } from 'node:path'

/** Where the API server of each distribution writes its audit log; kubeadm has no fixed place, only common ones. */
const PRESETS = {
  k3s: [['/var/lib/rancher/k3s/server/logs', 'audit.log']],
  rke2: [['/var/lib/rancher/rke2/server/logs', 'audit.log']],
  rke: [['/var/log/kube-audit', 'audit-log.json']],
  kubeadm: [
    ['/var/log/kubernetes/audit', 'audit.log'],
    ['/var/log/kubernetes', 'audit.log'],
  ],
} as const satisfies Record<string, readonly (readonly [folder: string, filename: string])[]>

/** A distribution with a known place of the audit log. */
export type Provider = keyof typeof PRESETS

/** The names that `provider` may have. */
export const PROVIDERS = Object.keys(PRESETS) as Provider[]

/** Opni's places, used when nothing is configured. */
const DEFAULT_PLACES = [['/var/log/kube-audit', 'audit.log']] as const

/** What of the options says where the log is. */
export interface PlaceOptions {
  readonly provider?: Provider | undefined
  readonly pathPrefix?: string | undefined
  readonly filename?: string | undefined
}

/** Paths where the live file may be, the likeliest first; with a pattern for a filename, the paths end with it. What is set explicitly wins over the preset. */
export function logPaths({ provider, pathPrefix, filename }: PlaceOptions): string[] {
  const places = provider === undefined ? DEFAULT_PLACES : PRESETS[provider]
  const paths = places.map(([folder, name]) => join(pathPrefix ?? folder, filename ?? name))
  return [...new Set(paths)]
}
