import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CorpusFile } from './corpus-file.ts'
import { type Measurement, measure } from './measure.ts'
import type { SinkProcess } from './sink-process.ts'

/** What is published, not the sources: stripping types at start is no part of the agent's cost. */
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** One run of the agent over the corpus. */
export interface AgentRun extends Measurement {
  /** What is wrong with what the sink received; undefined when each event arrived once and whole. */
  wrong: string | undefined
}

/** Runs `auditship run --once` from a fresh state, with the exporters that are configured for the sink's address. */
export async function agentRun(
  corpus: CorpusFile,
  sink: SinkProcess,
  exportersFor: (endpoint: string) => object,
): Promise<AgentRun> {
  const stateDir = mkdtempSync(join(tmpdir(), 'bench-state-'))
  try {
    const config = join(stateDir, 'config.yaml')
    const configuration = {
      receivers: { auditLog: { pathPrefix: corpus.folder, filename: 'audit.log' } },
      exporters: exportersFor(sink.endpoint),
      service: { stateDir },
    }
    writeFileSync(config, JSON.stringify(configuration)) // every JSON document is YAML
    await sink.reset()
    const measurement = await measure(CLI, ['run', '--once', '--config', config])
    return { ...measurement, wrong: await difference(corpus, sink) }
  } finally {
    rmSync(stateDir, { recursive: true })
  }
}

async function difference({ counts }: CorpusFile, sink: SinkProcess): Promise<string | undefined> {
  const { events, eventBytes, refused } = await sink.stats()
  const expectedBytes = counts.bytes - counts.events // the newlines stay behind
  if (events === counts.events && eventBytes === expectedBytes && refused === 0) return undefined
  return `${events} of ${counts.events} events, ${eventBytes} of ${expectedBytes} bytes, ${refused} requests refused`
}
