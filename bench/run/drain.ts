import { fileURLToPath } from 'node:url'
import type { Contender, DrainRun } from './contender.ts'
import type { CorpusFile } from './corpus-file.ts'
import { type Measurement, measure } from './measure.ts'
import { startSink } from './sink-process.ts'
import { contenderRow, type Row, yardstickRow } from './summary.ts'

const JSON_PARSE = fileURLToPath(new URL('../json-parse.mjs', import.meta.url))

/**
 * Lets all contenders, one after the other, ship the corpus, so many rounds, each with the yardstick before it. A peer that
 * fails is left out, and it is said why. @throws Error when the agent fails
 */
export async function drain(
  contenders: readonly Contender[],
  corpus: CorpusFile,
  rounds: number,
): Promise<Row[]> {
  const baseline: Measurement[] = []
  const all = new Map<Contender, DrainRun[]>(contenders.map(contender => [contender, []]))
  const sink = await startSink()
  try {
    for (let round = 1; round <= rounds; round++) {
      baseline.push(await measure(JSON_PARSE, [corpus.file]))
      for (const [contender, runs] of all) {
        await sink.reset()
        const run = await contender.run(corpus, sink).catch((error: Error) => {
          if (contender.kind === 'agent') throw error
          return error
        })
        if (run instanceof Error) {
          console.error(`${contender.name} failed: ${run.message}`)
          all.delete(contender)
          continue
        }
        if (run.wrong !== undefined) console.error(`${contender.name}, round ${round}: ${run.wrong}`)
        runs.push(run)
      }
    }
  } finally {
    await sink.stop()
    for (const { close } of contenders) await close?.()
  }
  const rows = [...all].map(([contender, runs]) => contenderRow(contender, runs, baseline, corpus.counts))
  return contenders.length === 0 ? [] : [yardstickRow(baseline, corpus.counts), ...rows]
}
