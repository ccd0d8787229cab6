import { Agent } from '../agent.ts'
import type { Config } from '../config/config.ts'
import type { AgentLog } from '../telemetry/log.ts'
import { AgentRun } from './agent-run.ts'
import { ConfigWatch } from './config-watch.ts'
import { type ConfigOptions, configPath, readConfiguration } from './configuration.ts'
import { EXIT } from './exit-code.ts'
import { ownLog } from './own-log.ts'
import { runReloading } from './reload.ts'
import { untilSignal } from './signals.ts'

/** `auditship run`: follows until a signal, or with `once` until what is there has been delivered. Resolves to the exit code. */
export async function run(options: ConfigOptions & { readonly once?: boolean }): Promise<number> {
  if (options.once) return runOnce(options)
  const watch = await ConfigWatch.start(configPath(options))
  try {
    await runReloading(options, await readConfiguration(options), watch)
    return EXIT.ok
  } finally {
    watch.stop()
  }
}

async function runOnce(options: ConfigOptions): Promise<number> {
  const { config, warnings } = await readConfiguration(options)
  const log = await ownLog(config)
  for (const warning of warnings) log.warn(warning)
  try {
    const isDone = await runAgent(new Agent(config, { log, once: true }), config, log, true)
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
  const signal = untilSignal()
  let isDone = !once
  try {
    const run = await AgentRun.start(agent, config, log)
    const done = run.done.then(() => {
      isDone = true
    })
    await Promise.race([signal.received, done]).finally(() => run.stop())
    return isDone
  } finally {
    signal.forget()
  }
}
