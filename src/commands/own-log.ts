import type { Config } from '../config/config.ts'
import { type AgentLog, createLog } from '../telemetry/log.ts'
import { ownResource } from '../telemetry/own-resource.ts'

/** The agent's own log as the configuration wants it. */
export function ownLog({ resource, service }: Config): Promise<AgentLog> {
  const { level, otlp } = service.log
  return createLog({ level, otlp, resource: ownResource(resource, service.stateDir) })
}
