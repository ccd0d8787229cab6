import { Agent } from '../agent.ts'
import type { LoadedConfig } from '../config/load.ts'
import { describe } from '../pipeline/health.ts'
import type { AgentLog } from '../telemetry/log.ts'
import { AgentRun } from './agent-run.ts'
import type { ConfigWatch } from './config-watch.ts'
import { type ConfigOptions, readConfiguration } from './configuration.ts'
import { ownLog } from './own-log.ts'
import { untilSignal } from './signals.ts'

/**
 * Follows until SIGTERM or SIGINT. When the configuration changes, the agent is stopped as by SIGTERM and one with the new
 * configuration goes on from its checkpoints: nothing is lost. A configuration that cannot be used leaves the old agent at work.
 */
export async function runReloading(
  options: ConfigOptions,
  first: LoadedConfig,
  watch: ConfigWatch,
): Promise<void> {
  const signal = untilSignal()
  const ended = signal.received.then(() => undefined)
  try {
    let current = await started(await created(first))
    watch.whenGone(what =>
      current.log.warn(`${what}: what was read from it stays in force, but the agent could not start again`),
    )
    try {
      for (;;) {
        const reason = await Promise.race([ended, current.run.done.then(() => undefined), watch.changed])
        if (reason === undefined) return
        watch.again()
        const next = await valid(options, reason, current.log)
        if (next !== undefined) current = await replaced(current, next)
      }
    } finally {
      await current.run.stop().finally(() => current.log.shutdown())
    }
  } finally {
    signal.forget()
  }
}

/** An agent that was not started yet. */
interface Created {
  readonly loaded: LoadedConfig
  readonly agent: Agent
  readonly log: AgentLog
}

interface Running extends Created {
  readonly run: AgentRun
}

async function created(loaded: LoadedConfig): Promise<Created> {
  const log = await ownLog(loaded.config)
  for (const warning of loaded.warnings) log.warn(warning)
  try {
    return { loaded, log, agent: new Agent(loaded.config, { log, listenByDefault: true }) }
  } catch (error) {
    await log.shutdown()
    throw error
  }
}

async function started(made: Created): Promise<Running> {
  const { agent, loaded, log } = made
  try {
    return { ...made, run: await AgentRun.start(agent, loaded.config, log) }
  } catch (error) {
    await log.shutdown()
    throw error
  }
}

/** The configuration as it is now, with an agent; undefined, with ERROR, when it cannot be used. */
async function valid(options: ConfigOptions, reason: string, log: AgentLog): Promise<Created | undefined> {
  try {
    const next = await created(await readConfiguration(options))
    log.info(`reads the configuration again: ${reason}`)
    return next
  } catch (error) {
    const problems = describe(error).replaceAll('\n', '; ')
    log.error(`${reason}, but it cannot be used, the old configuration stays in force: ${problems}`)
    return undefined
  }
}

/** Only one at a time: a `stateDir` belongs to one agent. */
async function replaced(old: Running, next: Created): Promise<Running> {
  const { stateDir } = next.loaded.config.service
  if (stateDir !== old.loaded.config.service.stateDir)
    next.log.warn(`another stateDir, ${stateDir}: what it has no checkpoint of is read from startAt on`)
  await old.run.stop().finally(() => old.log.shutdown())
  try {
    return await started(next)
  } catch (error) {
    const back = await created(old.loaded)
    back.log.error(`cannot start with the new configuration, goes back to the old one: ${describe(error)}`)
    return started(back)
  }
}
