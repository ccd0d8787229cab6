import { join } from 'node:path'
import { logPaths, type Provider } from '../receivers/audit-log/provider-presets.ts'

/** Exporters that `init` can write a configuration for. */
export const EXPORTERS = ['otlp', 'opensearch', 'postgres'] as const
export type ExporterName = (typeof EXPORTERS)[number]

/** Audit policies in examples/policies, without `.yaml`. */
export const POLICIES = [
  'baseline',
  'compliance',
  'comprehensive',
  'low-volume',
  'minimal',
  'timing',
] as const

/** What a set-up is to be like. */
export interface Plan {
  /** Undefined: the log is where `pathPrefix` says. */
  readonly provider: Provider | undefined
  /** Folder and name of the log where they are not the provider's. */
  readonly pathPrefix: string | undefined
  readonly filename: string | undefined
  readonly exporter: ExporterName
  /** Text of the audit policy. */
  readonly policy: string
  /** Why the configuration is as it is, a line of a comment each. */
  readonly notes: readonly string[]
}

/** One file of a set-up. */
export interface PlannedFile {
  readonly name: string
  readonly text: string
}

/** Where the API server is to write the log, and where the agent reads it. */
export function logPathOf({ provider, pathPrefix, filename }: Plan): string {
  return logPaths({ provider, pathPrefix, filename })[0] ?? join('/var/log/kube-audit', 'audit.log')
}
