import { printConfig } from '../config/print.ts'
import { type ConfigOptions, readConfiguration } from './configuration.ts'
import { EXIT } from './exit-code.ts'

/** `auditship validate`: says whether the configuration can be used. Problems are thrown, all at once. */
export async function validate(options: ConfigOptions): Promise<number> {
  const { config, warnings } = await readConfiguration(options)
  for (const warning of warnings) console.error(`warning: ${warning}`)
  console.log(`valid: ${config.pipelines.length} pipeline(s), ${config.attributes.length} attributes`)
  return EXIT.ok
}

/** `auditship print-config`: the configuration in force, defaults filled in, secrets hidden. */
export async function printConfiguration(options: ConfigOptions): Promise<number> {
  const { printable } = await readConfiguration(options)
  process.stdout.write(printConfig(printable))
  return EXIT.ok
}
