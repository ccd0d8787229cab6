import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Agent } from '../agent.ts'
import { createLog } from '../telemetry/log.ts'
import { logOverrides, readConfiguration } from './configuration.ts'
import { EXIT } from './exit-code.ts'
import { runAgent } from './run.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** `auditship quickstart`: shows a real audit log, or the one given, on the terminal and goes on following it. */
export async function quickstart({ file }: { readonly file?: string }): Promise<number> {
  const auditLog = file ?? join(ROOT, 'examples', 'audit.log')
  const { config } = await readConfiguration({
    config: join(ROOT, 'config', 'quickstart.yaml'),
    set: logOverrides(auditLog),
  })
  const log = await createLog({ level: 'warn' })
  const agent = new Agent(config, { log })
  console.log(`What happened in ${auditLog}:\n`)
  const shown = new AbortController()
  const epilogue = untilShown(agent, shown.signal).then(
    isShown => isShown && explain(auditLog, config.service.stateDir),
  )
  try {
    await runAgent(agent, config, log, false)
    return EXIT.ok
  } finally {
    shown.abort()
    await epilogue
    await log.shutdown()
  }
}

/** Resolves to true when all that has been read is delivered and nothing more came for a moment; false when aborted before. */
async function untilShown(agent: Agent, signal: AbortSignal): Promise<boolean> {
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

function explain(auditLog: string, stateDir: string): void {
  const auditship = process.env.npm_lifecycle_event === 'start' ? 'npm run auditship --' : 'auditship'
  console.log(`
Each event is in ${join(stateDir, 'events.jsonl')} too, with its attributes. Following ${auditLog} until Ctrl-C.
Try next:
  ${auditship} quickstart --file audit.log             your own log (k3s: /var/lib/rancher/k3s/server/logs/audit.log)
  ${auditship} run --config config/collector.yaml      send to an OpenTelemetry Collector
  ${auditship} components                              what can be configured`)
}
