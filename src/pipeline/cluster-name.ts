/** The cluster's name, part of every identity; empty when the configuration has none. */
export function clusterName(resource: Readonly<Record<string, string>>): string {
  return resource['k8s.cluster.name'] ?? ''
}
