import os from 'node:os'
import type { ClusterConfig } from './frame.ts'
import type { Env } from './substitute.ts'

/**
 * The resource attributes of this process; the user's win. `k8s.node.name` is `NODE_NAME` (set it from
 * `spec.nodeName` by the downward API), else the host's name. Names are OpenTelemetry's semantic conventions,
 * `log_type` and `cluster_id` are Opni's.
 */
export function resourceAttributes(
  { cluster, resource }: { cluster: ClusterConfig; resource: Readonly<Record<string, string>> },
  env: Env,
  hostname = os.hostname(),
): Record<string, string> {
  return {
    'service.name': 'kube-apiserver',
    log_type: 'controlplane',
    'k8s.node.name': env.NODE_NAME || hostname,
    ...(cluster.name !== undefined && { 'k8s.cluster.name': cluster.name }),
    ...(cluster.uid !== undefined && { 'k8s.cluster.uid': cluster.uid, cluster_id: cluster.uid }),
    ...resource,
  }
}
