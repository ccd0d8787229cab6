/** The cluster's name, part of every identity; empty when the configuration has none. */
export function clusterName(resource: Readonly<Record<string, string>>): string {
  return resource['k8s.cluster.name'] ?? ''
}

/** The name of an index or data stream, `{cluster}` replaced by the cluster's name as far as an index name may have it. */
export function nameFor(name: string, cluster: string): string {
  return name.replaceAll('{cluster}', cluster.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '-') || 'unknown')
}

/** The pattern that all clusters' names match. */
export function patternFor(name: string): string {
  return name.replaceAll('{cluster}', '*')
}
