import { basename, dirname, resolve } from 'node:path'
import { ATTRIBUTES } from '../audit/attributes.ts'
import { COMPONENTS } from '../components.ts'
import { type LoadedConfig, loadConfig } from '../config/load.ts'
import { ConfigError } from '../config/problem.ts'
import { readConfigFile } from '../config/read.ts'
import { patternOf } from '../receivers/audit-log/name-pattern.ts'

/** The options by which every command finds its configuration. */
export interface ConfigOptions {
  readonly config?: string
  readonly set?: readonly string[]
  /** An audit log to read instead of the one configured for `auditLog`. */
  readonly file?: string
}

/** The file named by `--config` or `AUDITSHIP_CONFIG`. @throws ConfigError when there is none */
export function configPath(options: ConfigOptions): string {
  const file = options.config ?? process.env.AUDITSHIP_CONFIG
  if (file === undefined || file === '') throw noConfiguration()
  return file
}

/** Reads the configuration. @throws ConfigError with all that is wrong */
export async function readConfiguration(options: ConfigOptions): Promise<LoadedConfig> {
  const file = configPath(options)
  return loadConfig({
    text: await readConfigFile(file),
    file,
    overrides: [...(options.file === undefined ? [] : logOverrides(options.file)), ...(options.set ?? [])],
    env: process.env,
    types: COMPONENTS,
    attributes: ATTRIBUTES,
  })
}

/** The `--set` overrides that make `auditLog` read this file. */
export function logOverrides(file: string): string[] {
  const path = resolve(file)
  const value = (text: string) => JSON.stringify(text.replaceAll('$', '$$$$')) // `$` begins a substitution
  return [
    `receivers.auditLog.pathPrefix=${value(dirname(path))}`,
    `receivers.auditLog.filename=${value(patternOf(basename(path)))}`,
  ]
}

function noConfiguration(): ConfigError {
  const message =
    'no configuration: expected --config FILE or AUDITSHIP_CONFIG; `auditship quickstart` tries auditship without one'
  return new ConfigError([{ file: 'auditship', line: undefined, column: undefined, path: '', message }])
}
