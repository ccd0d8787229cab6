import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent } from '../agent.ts'
import { PACKAGE_ROOT } from '../package.ts'
import { createLog } from '../telemetry/log.ts'
import { logOverrides, readConfiguration } from './configuration.ts'
import { EXIT } from './exit-code.ts'
import { runAgent } from './run.ts'
import { showNewSessions, showSessions } from './sessions-shown.ts'

/**
 * `auditship quickstart`: follows a real audit log, or the one given, into an embedded PostgreSQL; shows who got into what,
 * what to try next, and goes on showing it.
 */
export async function quickstart({ file }: { readonly file?: string }): Promise<number> {
  const auditLog = file ?? join(PACKAGE_ROOT, 'examples', 'audit.log')
  const { config } = await readConfiguration({
    config: join(PACKAGE_ROOT, 'config', 'quickstart.yaml'),
    set: logOverrides(auditLog),
  })
  const log = await createLog({ level: 'warn' })
  const agent = new Agent(config, { log })
  const stopping = new AbortController()
  const place = { pathPrefix: dirname(auditLog), filename: basename(auditLog) }
  if (existsSync(auditLog)) {
    console.log(`Who got into what, says ${auditLog}:\n`)
    // At once: a PostgreSQL that has to be made first takes some seconds.
    await showSessions(place)
  } else console.log(`There is no ${auditLog} yet; waits for it.`)
  console.log(`\nWrites all of it into ${databaseOf(config.service.stateDir)} …`)
  const shown = untilDelivered(agent, stopping.signal).then(async isDelivered => {
    if (!isDelivered) return
    explain(auditLog)
    await showNewSessions(place, stopping.signal)
  })
  try {
    await runAgent(agent, config, log, false)
    return EXIT.ok
  } finally {
    stopping.abort()
    await shown
    await log.shutdown()
  }
}

const databaseOf = (stateDir: string) =>
  process.env.DATABASE_URL ? 'the PostgreSQL of DATABASE_URL' : `a PostgreSQL in ${stateDir}`

/** Resolves to true when all that has been read is delivered and nothing more came for a moment; false when aborted before. */
async function untilDelivered(agent: Agent, signal: AbortSignal): Promise<boolean> {
  for (let before = 0; !signal.aborted; await delay(200, undefined, { signal }).catch(() => {})) {
    const read = agent.pipelines.reduce((sum, { counters }) => sum + counters.read, 0)
    const settled = agent.pipelines.every(
      ({ counters }) => counters.delivered + counters.deadLettered === counters.read,
    )
    if (read > 0 && read === before && settled) return true
    before = read
  }
  return false
}

function explain(auditLog: string): void {
  const auditship = process.env.npm_lifecycle_event === 'start' ? 'npm run -s auditship --' : 'auditship'
  console.log(`
Ask more, now in another terminal or later:
  ${auditship} query denied
  ${auditship} query secrets --verb list --output csv
  ${auditship} query --help

Your own log: ${auditship} quickstart --file audit.log   (k3s: /var/lib/rancher/k3s/server/logs/audit.log)
Follows ${auditLog} until Ctrl-C; new sessions appear here.
`)
}
