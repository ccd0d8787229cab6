import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CorpusFile } from './corpus-file.ts'
import { type Measurement, measure } from './measure.ts'
import type { SinkProcess } from './sink-process.ts'
import type { Variant } from './variants.ts'

/** What is published, not the sources: stripping types at start is no part of the agent's cost. */
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** One run of the agent over the corpus. */
export interface AgentRun extends Measurement {
  /** What is wrong with what the sink received; undefined when each event arrived once and whole. */
  wrong: string | undefined
}

/** Runs `auditship run --once` from a fresh state, as is configured for the sink's address. */
export async function agentRun(
  corpus: CorpusFile,
  sink: SinkProcess,
  variantFor: (endpoint: string) => Variant,
): Promise<AgentRun> {
  const stateDir = mkdtempSync(join(tmpdir(), 'bench-state-'))
  try {
    const config = join(stateDir, 'config.yaml')
    const { exporters, processors = { redact: false } } = variantFor(sink.endpoint)
    const configuration = {
      receivers: { auditLog: { pathPrefix: corpus.folder, filename: 'audit.log' } },
      processors,
      exporters,
      service: { stateDir },
    }
    writeFileSync(config, JSON.stringify(configuration)) // every JSON document is YAML
    await sink.reset()
    const measurement = await measure(CLI, ['run', '--once', '--config', config])
    return {
      ...measurement,
      wrong: await difference(corpus, sink, 'redact' in processors && processors.redact !== false),
    }
  } finally {
    rmSync(stateDir, { recursive: true })
  }
}

async function difference(
  { counts }: CorpusFile,
  sink: SinkProcess,
  isRedacted: boolean,
): Promise<string | undefined> {
  const { events, eventBytes, refused } = await sink.stats()
  const expectedBytes = counts.bytes - counts.events // the newlines stay behind
  const isWhole = isRedacted || eventBytes === expectedBytes
  if (events === counts.events && isWhole && refused === 0) return undefined
  return `${events} of ${counts.events} events, ${eventBytes} of ${expectedBytes} bytes, ${refused} requests refused`
}
