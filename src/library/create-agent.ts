import { Agent, type AgentOptions } from '../agent.ts'
import { ATTRIBUTES } from '../audit/attributes.ts'
import { COMPONENTS } from '../components.ts'
import { loadConfig } from '../config/load.ts'
import type { ExporterType, ProcessorType, ReceiverType } from '../pipeline/component.ts'

/** A configuration as an object: the same keys as the YAML file. */
export interface AgentConfig {
  readonly receivers: Readonly<Record<string, object>>
  readonly processors?: Readonly<Record<string, object>>
  readonly exporters: Readonly<Record<string, object>>
  readonly attributes?: { readonly include?: readonly string[]; readonly exclude?: readonly string[] }
  readonly cluster?: { readonly name?: string; readonly uid?: string }
  readonly resource?: Readonly<Record<string, string>>
  readonly service?: object
}

/** Components besides the built-in ones; one of the same type replaces the built-in one. */
export interface OwnComponents {
  readonly receivers?: readonly ReceiverType[]
  readonly processors?: readonly ProcessorType[]
  readonly exporters?: readonly ExporterType[]
}

/**
 * An agent from a configuration object, ready to `start()`.
 * @throws ConfigError with everything that is wrong with the configuration
 */
export async function createAgent(
  config: AgentConfig,
  options: AgentOptions & { readonly components?: OwnComponents } = {},
): Promise<Agent> {
  const own = options.components ?? {}
  const loaded = await loadConfig({
    text: JSON.stringify(config),
    file: 'configuration',
    env: process.env,
    types: {
      receivers: [...(own.receivers ?? []), ...COMPONENTS.receivers],
      processors: [...(own.processors ?? []), ...COMPONENTS.processors],
      exporters: [...(own.exporters ?? []), ...COMPONENTS.exporters],
    },
    attributes: ATTRIBUTES,
  })
  for (const warning of loaded.warnings) options.log?.warn(warning)
  return new Agent(loaded.config, options)
}
