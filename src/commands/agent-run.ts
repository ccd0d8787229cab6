import type { Agent } from '../agent.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../pipeline/log.ts'
import { keepHeapSmall } from './small-heap.ts'

/** An agent at work, which says in its log when it begins and, at its end, what it did. */
export class AgentRun {
  readonly #agent: Agent
  readonly #log: Log
  readonly #started = performance.now()
  /** As `Agent.done`. */
  readonly done: Promise<void>

  private constructor(agent: Agent, log: Log) {
    this.#agent = agent
    this.#log = log
    this.done = agent.done()
    this.done.catch(() => {}) // it may be stopped first
  }

  /** @throws when a component cannot start; all are stopped again */
  static async start(agent: Agent, config: Config, log: Log): Promise<AgentRun> {
    await agent.start()
    keepHeapSmall()
    log.info(`auditship runs: ${describePipelines(config)}`)
    return new AgentRun(agent, log)
  }

  /** Stops the agent. */
  async stop(): Promise<void> {
    await this.#agent.stop()
    for (const { name, counters } of this.#agent.pipelines) {
      const seconds = ((performance.now() - this.#started) / 1000).toFixed(1)
      const counts = Object.entries(counters).filter(([, value]) => typeof value === 'number')
      const rules = [...counters.filteredBy].map(([rule, count]) => `${rule}: ${count}`).join(', ')
      this.#log.info(`stopped after ${seconds} s`, {
        pipeline: name,
        ...Object.fromEntries(counts),
        ...(rules !== '' && { filteredBy: rules }),
      })
      const left = counters.read - counters.delivered - counters.filtered - counters.deadLettered
      if (left > 0)
        this.#log.warn(`${left} events were not delivered yet; the next start reads them again`, {
          pipeline: name,
        })
    }
  }
}

const describePipelines = (config: Config) =>
  config.pipelines
    .map(({ name, receivers, processors, exporters }) => {
      const ids = [receivers, processors, exporters].map(parts => parts.map(({ id }) => id).join(', '))
      return `${name} (${ids.filter(text => text !== '').join(' → ')})`
    })
    .join('; ')
