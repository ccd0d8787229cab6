// Measures the agent against a counting backend: node bench/run.ts [--bytes 500MB] [--runs 3] [--only otlp,otlp-gzip] [--short]
// J is MB of input per CPU-second, divided by that of doing nothing but JSON.parse on each line, in the same round.
import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { byteSize } from '../src/config/scalars.ts'
import { type AgentRun, agentRun } from './run/agent-run.ts'
import { corpusFile } from './run/corpus-file.ts'
import { type Measurement, measure } from './run/measure.ts'
import { startSink } from './run/sink-process.ts'
import { summary } from './run/summary.ts'
import { table } from './run/table.ts'
import { VARIANTS } from './run/variants.ts'

const JSON_PARSE = fileURLToPath(new URL('json-parse.mjs', import.meta.url))

const { values } = parseArgs({
  options: {
    bytes: { type: 'string' },
    runs: { type: 'string' },
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
  },
})
const bytes = byteSize().parse(values.bytes ?? (values.short ? '50MB' : '500MB'))
const rounds = Number(values.runs ?? (values.short ? 1 : 3))
const names = values.only?.split(',') ?? Object.keys(VARIANTS)
const unknown = names.filter(name => !(name in VARIANTS))
if (unknown.length > 0) {
  throw new Error(`--only ${unknown.join()}: expected some of ${Object.keys(VARIANTS).join()}`)
}

execFileSync('npm', ['run', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] })
const corpus = corpusFile(bytes)
const baseline: Measurement[] = []
const agents = new Map<string, AgentRun[]>(names.map(name => [name, []]))
const sink = await startSink()
try {
  for (let round = 1; round <= rounds; round++) {
    baseline.push(await measure(JSON_PARSE, [corpus.file]))
    for (const [name, runs] of agents) {
      const run = await agentRun(corpus, sink, VARIANTS[name] ?? (() => ({ exporters: {} })))
      if (run.wrong) console.error(`${name}, round ${round}: ${run.wrong}`)
      runs.push(run)
    }
  }
} finally {
  await sink.stop()
}

const rows = [...agents].map(([name, runs]) => {
  const allArrived = runs.every(run => run.wrong === undefined) ? 'yes' : 'NO'
  return summary(name, runs, baseline, corpus.counts, allArrived)
})
const { events } = corpus.counts
console.log(
  `\n${(corpus.counts.bytes / 1e6).toFixed(0)} MB, ${events} events; median of ${rounds}, peak RSS the highest; ` +
    `Node.js ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model}\n`,
)
console.log(table([summary('JSON.parse only', baseline, baseline, corpus.counts, ''), ...rows]))
if (rows.some(row => row.allArrived === 'NO')) process.exitCode = 1
