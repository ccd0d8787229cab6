const CLUSTER = '{cluster}'

/** The name of an index or data stream, `{cluster}` replaced by the cluster's name as far as an index name may have it. */
export function nameFor(name: string, cluster: string): string {
  const part = cluster.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '-') || 'unknown'
  // OpenSearch takes neither at the beginning, nor two dots.
  return name
    .replaceAll(CLUSTER, part)
    .replace(/^[-_.]+/, '')
    .replaceAll(/\.{2,}/g, '.')
}

/**
 * The pattern that all clusters' names match, so that they share one template. A name that begins with the cluster is its
 * own pattern: `*-audit` would match what others have.
 */
export function patternFor(name: string, cluster: string): string {
  return name.startsWith(CLUSTER) ? nameFor(name, cluster) : name.replaceAll(CLUSTER, '*')
}

/** The name of what is installed for a pattern; `~` cannot be in a configured name, so none is taken twice. */
export function installedName(pattern: string): string {
  return `auditship-${pattern.replaceAll('*', '~')}`
}
