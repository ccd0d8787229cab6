import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Finding } from '../finding.ts'
import type { Host } from '../host.ts'
import { bytes } from '../words.ts'

/** Events that no backend would take, kept in the `stateDir`. */
export async function checkDeadLetters(host: Host, stateDir: string): Promise<Finding[]> {
  const folder = join(stateDir, 'dead-letters')
  const files = (await host.names(folder)).filter(name => name.endsWith('.jsonl'))
  const letters = await Promise.all(
    files.map(async name => ({
      path: join(folder, name),
      size: (await stat(host.at(join(folder, name)))).size,
    })),
  )
  return letters
    .filter(({ size }) => size > 0)
    .map(({ path, size }) => ({
      check: 'deadLetters',
      severity: 'warning',
      message: `${path} holds ${bytes(size)} of events that were refused; each line says why`,
      repair: `cut -c -300 ${path} | head\nsystemctl stop auditship && auditship replay --config auditship.yaml`,
    }))
}
