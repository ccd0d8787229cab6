import { Agent } from '../agent.ts'
import type { Config } from '../config/config.ts'
import { type AgentLog, createLog } from '../telemetry/log.ts'
import { type ConfigOptions, readConfiguration } from './configuration.ts'
import { EXIT } from './exit-code.ts'
import { untilSignal } from './signals.ts'

/** `auditship run`: follows until a signal, or with `once` until what is there has been delivered. Resolves to the exit code. */
export async function run(options: ConfigOptions & { readonly once?: boolean }): Promise<number> {
  const { config, warnings } = await readConfiguration(options)
  const log = await createLog({ level: config.service.log.level, resource: config.resource })
  for (const warning of warnings) log.warn(warning)
  const once = options.once ?? false
  const agent = new Agent(config, { log, once, listenByDefault: !once })
  try {
    const isDone = await runAgent(agent, config, log, once)
    return isDone ? EXIT.ok : EXIT.failed
  } finally {
    await log.shutdown()
  }
}

/**
 * Runs an agent until a signal or, with `once`, until it is done; then stops it and says what it did.
 * False when a signal came before `once` was done.
 */
export async function runAgent(agent: Agent, config: Config, log: AgentLog, once: boolean): Promise<boolean> {
  const started = performance.now()
  const signal = untilSignal()
  let isDone = !once
  try {
    await agent.start()
    log.info(`auditship runs: ${describePipelines(config)}`)
    const done = agent.done().then(() => {
      isDone = true
    })
    done.catch(() => {}) // a signal may come first
    await Promise.race([signal.received, done])
  } finally {
    await agent.stop()
    signal.forget()
  }
  for (const { name, counters } of agent.pipelines) {
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    const counts = Object.entries(counters).filter(([, value]) => typeof value === 'number')
    const rules = [...counters.filteredBy].map(([rule, count]) => `${rule}: ${count}`).join(', ')
    log.info(`stopped after ${seconds} s`, {
      pipeline: name,
      ...Object.fromEntries(counts),
      ...(rules !== '' && { filteredBy: rules }),
    })
    const left = counters.read - counters.delivered - counters.filtered - counters.deadLettered
    if (left > 0)
      log.warn(`${left} events were not delivered yet; the next start reads them again`, { pipeline: name })
  }
  return isDone
}

const describePipelines = (config: Config) =>
  config.pipelines
    .map(({ name, receivers, processors, exporters }) => {
      const ids = [receivers, processors, exporters].map(parts => parts.map(({ id }) => id).join(', '))
      return `${name} (${ids.filter(text => text !== '').join(' → ')})`
    })
    .join('; ')
