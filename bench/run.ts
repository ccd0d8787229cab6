// Measures the agent against goals, and beside the limit and its peers:
//   node bench/run.ts [--bytes 500MB] [--runs 3] [--backlog 10GB] [--only otlp,steady] [--short] [--json FILE]
// Peers are measured where they are found: OTELCOL, else the Collector built for the tests; FLUENT_BIT; VECTOR.
// J is MB of input per CPU-second, divided by that of doing nothing but JSON.parse on each line, in the same round.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { byteSize } from '../src/config/scalars.ts'
import { backlog } from './follow/backlog.ts'
import { idle } from './follow/idle.ts'
import { start } from './follow/start.ts'
import { steady } from './follow/steady.ts'
import { collectors } from './peers/collector.ts'
import { fluentBits } from './peers/fluent-bit.ts'
import { vectors } from './peers/vector.ts'
import { agentsToPostgres } from './run/agent-to-postgres.ts'
import { agentsToSink } from './run/agent-to-sink.ts'
import { chosenOf } from './run/chosen.ts'
import type { Contender, Missing } from './run/contender.ts'
import { corpusFile } from './run/corpus-file.ts'
import { drain } from './run/drain.ts'
import type { Figure } from './run/figure.ts'
import { limit } from './run/limit.ts'
import { machine } from './run/machine.ts'
import { report } from './run/results.ts'
import { comparisons } from './run/summary.ts'

const { values } = parseArgs({
  options: {
    bytes: { type: 'string' },
    runs: { type: 'string' },
    backlog: { type: 'string' },
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
})
const { short } = values
const bytes = byteSize().parse(values.bytes ?? (short ? '30MB' : '500MB'))
const backlogBytes = byteSize().parse(values.backlog ?? (short ? '300MB' : '10GB'))
const rounds = Number(values.runs ?? (short ? 1 : 3))

interface Scenario {
  readonly name: string
  readonly run: (folder: string) => Promise<Figure[]>
}
const scenarios: Scenario[] = [
  { name: 'steady', run: folder => steady(folder, short ? 5 : 30) },
  { name: 'idle', run: folder => idle(folder, short ? 5 : 60) },
  { name: 'start', run: folder => start(folder, short ? 3 : 7) },
  { name: 'backlog', run: folder => backlog(folder, corpus, backlogBytes, short ? 5 : 60) },
]
const chosen = chosenOf<Contender | Missing | Scenario>(
  [
    limit,
    ...agentsToSink(),
    ...agentsToPostgres(),
    ...collectors(),
    ...fluentBits(),
    ...vectors(),
    ...scenarios,
  ],
  values.only,
)
const contenders = chosen.filter(item => 'kind' in item)
const missing = chosen.filter(item => 'advice' in item)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1)) // and leave nothing
execFileSync('npm', ['run', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] })
const corpus = corpusFile(bytes)
const rows = await drain(contenders, corpus, rounds)
const figures = comparisons(rows)
for (const { name, run } of scenarios.filter(scenario => chosen.includes(scenario))) {
  const folder = mkdtempSync(join(corpus.folder, '..', `${name}-`)) // a temporary folder may be in memory
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  process.once('exit', remove)
  try {
    figures.push(...(await run(folder)))
  } catch (error) {
    console.error(`${name}:`, error)
    process.exitCode = 1
  } finally {
    process.off('exit', remove)
    remove()
  }
}

const results = { machine: machine(), rounds, corpus: corpus.counts, drain: rows, figures, missing }
console.log(`\n${report(results)}`)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)
if (rows.some(({ kind, allArrived }) => kind === 'agent' && allArrived === 'NO')) process.exitCode = 1
