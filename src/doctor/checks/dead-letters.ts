import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { readLetter } from '../../pipeline/dead-letter-line.ts'
import type { Finding } from '../finding.ts'
import type { Host } from '../host.ts'
import { bytes } from '../words.ts'

/** Events that no backend would take, kept in the `stateDir`. @param config file of the configuration, for commands */
export async function checkDeadLetters(host: Host, stateDir: string, config: string): Promise<Finding[]> {
  const folder = join(stateDir, 'dead-letters')
  const files = (await host.names(folder)).filter(name => name.endsWith('.jsonl'))
  const letters = await Promise.all(
    files.map(async name => ({
      path: join(folder, name),
      size: (await stat(host.at(join(folder, name)))).size,
    })),
  )
  const there = letters.filter(({ size }) => size > 0)
  return Promise.all(
    there.map(async ({ path, size }) => found(path, size, await holdsEvent(host.at(path)), config)),
  )
}

function found(path: string, size: number, isReplayable: boolean, config: string): Finding {
  const look = `cut -c -300 ${path} | head`
  const replay = `systemctl stop auditship && auditship replay --config ${config}; systemctl start auditship`
  const what = isReplayable
    ? 'of events that were refused'
    : 'of lines that are no events, which cannot be sent again'
  const message = `${path} holds ${bytes(size)} ${what}; each line says why`
  return {
    check: 'deadLetters',
    severity: 'warning',
    message,
    repair: isReplayable ? `${look}\n${replay}` : look,
  }
}

/** Whether one of the letters can be sent again. */
async function holdsEvent(path: string): Promise<boolean> {
  const letters = createReadStream(path)
  try {
    for await (const line of createInterface({ input: letters, crlfDelay: Infinity }))
      if (readLetter(Buffer.from(line), path).event !== undefined) return true
    return false
  } finally {
    letters.destroy()
  }
}
