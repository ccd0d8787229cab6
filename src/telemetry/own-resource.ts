import { resolve } from 'node:path'
import { ownVersion } from '../package.ts'

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
