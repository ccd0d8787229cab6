import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CorpusFile } from './corpus-file.ts'
import { type Measurement, measure } from './measure.ts'
import type { Variant } from './variants.ts'

/** What is published, not the sources: stripping types at start is no part of the agent's cost. */
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** Runs `auditship run --once` over the corpus from a fresh state. */
export async function agentRun(
  corpus: CorpusFile,
  { exporters, processors = { redact: false } }: Variant,
): Promise<Measurement> {
  const stateDir = mkdtempSync(join(tmpdir(), 'bench-state-'))
  try {
    const config = join(stateDir, 'config.yaml')
    const configuration = {
      receivers: { auditLog: { pathPrefix: corpus.folder, filename: 'audit.log' } },
      processors,
      exporters,
      service: { stateDir },
    }
    writeFileSync(config, JSON.stringify(configuration)) // every JSON document is YAML
    return await measure(CLI, ['run', '--once', '--config', config])
  } finally {
    rmSync(stateDir, { recursive: true })
  }
}
