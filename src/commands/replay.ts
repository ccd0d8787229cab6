import { Agent } from '../agent.ts'
import { type ConfigOptions, readConfiguration } from './configuration.ts'
import { EXIT } from './exit-code.ts'
import { ownLog } from './own-log.ts'
import { untilSignal } from './signals.ts'

/** `auditship replay`: sends dead letters again, of all pipelines or of one. Resolves to the exit code. */
export async function replayCommand(
  options: ConfigOptions & { readonly pipeline?: string },
): Promise<number> {
  const { config } = await readConfiguration(options)
  const log = await ownLog(config)
  const agent = new Agent(config, { log })
  const signal = untilSignal()
  const interrupted = new AbortController()
  void signal.received.then(() => interrupted.abort(new Error('interrupted; run `auditship replay` again')))
  try {
    const results = await agent.replay(interrupted.signal, options.pipeline)
    for (const { pipeline, delivered, kept, path } of results) {
      console.log(`${pipeline}: ${delivered} delivered${kept > 0 ? `, ${kept} kept in ${path}` : ''}`)
    }
    return results.some(({ kept }) => kept > 0) ? EXIT.deadLetters : EXIT.ok
  } finally {
    signal.forget()
    await log.shutdown()
  }
}
