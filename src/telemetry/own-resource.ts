import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** The `version` of package.json, which is beside `src` and `dist`. */
export function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/**
 * Resource attributes of what the agent says of itself: those of its events, but under its own name. An instance is a node
 * and a state folder, which belongs to one process, so that metrics go on after a restart.
 */
export function ownResource(
  resource: Readonly<Record<string, string>>,
  stateDir: string,
): Record<string, string> {
  return {
    ...resource,
    'service.name': 'auditship',
    'service.version': ownVersion(),
    'service.instance.id': `${resource['k8s.node.name'] ?? ''}:${resolve(stateDir)}`,
  }
}
