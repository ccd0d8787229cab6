import { Agent } from '../agent.ts'
import type { SetupStep } from '../pipeline/contracts.ts'
import { type ConfigOptions, readConfiguration } from './configuration.ts'
import { EXIT } from './exit-code.ts'
import { ownLog } from './own-log.ts'
import { untilSignal } from './signals.ts'

/** `auditship setup EXPORTER`: installs what exporters need in their backends, a line for each step. Resolves to the exit code. */
export async function setup(
  name: string,
  options: ConfigOptions & { readonly dryRun?: boolean },
): Promise<number> {
  const { config } = await readConfiguration(options)
  const dryRun = options.dryRun ?? false
  const log = await ownLog(config)
  const signal = untilSignal()
  const interrupted = new AbortController()
  void signal.received.then(() => interrupted.abort(new Error('interrupted; run `auditship setup` again')))
  let isAllowed = true
  try {
    for await (const step of new Agent(config, { log }).setup(name, dryRun, interrupted.signal)) {
      console.log(dryRun ? dryLines(step.exporter, step) : line(step.exporter, step))
      if (step.outcome === 'forbidden') isAllowed = false
    }
    return isAllowed ? EXIT.ok : EXIT.failed
  } finally {
    signal.forget()
    await log.shutdown()
  }
}

function line(exporter: string, { what, outcome, why }: SetupStep): string {
  return `${exporter}: ${outcome} ${what}${why === undefined ? '' : `: ${why}`}`
}

/** The requests, and the rest as comments between them. */
function dryLines(exporter: string, step: SetupStep): string {
  const { what, outcome, request } = step
  if (request === undefined) return `# ${line(exporter, step)}`
  const said =
    outcome === 'forbidden' ? `cannot look after ${what}: ${step.why}` : `would have ${outcome} ${what}`
  return `# ${exporter}: ${said}\n${request}\n`
}
