// Compares `auditship query` with other ways to the same answer: node bench/query.ts [--bytes 500MB] [--runs 3] [--short]
// jq and rg (ripgrep) have to be installed; DuckDB takes part where DUCKDB_PYTHON names a Python that has its package.
import { execFileSync, spawnSync } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { byteSize } from '../src/config/scalars.ts'
import { queryCorpus } from './query/corpus.ts'
import { type Asked, QUESTIONS } from './query/questions.ts'
import { flagsOf } from './run/measure.ts'

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const PYTHON = process.env.DUCKDB_PYTHON
const DUCKDB =
  'import duckdb, sys; duckdb.sql("SET enable_progress_bar = false"); print(duckdb.sql(sys.argv[1]).fetchall()[0][0])'

const { values } = parseArgs({
  options: {
    bytes: { type: 'string' },
    runs: { type: 'string' },
    short: { type: 'boolean', default: false },
  },
})
const bytes = byteSize().parse(values.bytes ?? (values.short ? '50MB' : '500MB'))
const rounds = Number(values.runs ?? (values.short ? 1 : 3))

/** The ways to an answer, each a program with its arguments that ends with a number: how many requests were found. */
const WAYS: Readonly<Record<string, (asked: Asked, file: string) => string[] | undefined>> = {
  auditship: ({ name }, file) =>
    counted(`"$@" query ${name} --file ${file} -o ndjson`, process.execPath, ...flagsOf(CLI), CLI),
  jq: ({ jq }, file) => counted(`jq -c "$1" ${file}`, jq),
  'rg, then jq': ({ jq, rg }, file) => counted(`rg -N "$2" ${file} | jq -c "$1"`, jq, rg),
  DuckDB: ({ sql }, file) => (PYTHON && sql ? [PYTHON, '-c', DUCKDB, sql.replace('FILE', file)] : undefined),
}

const counted = (script: string, ...args: string[]) => [
  'bash',
  '-c',
  `set -o pipefail; ${script} | wc -l`,
  'bash',
  ...args,
]

/** Runs a way to its end: seconds, of them seconds of CPU, and how many requests it found. */
function run(command: readonly string[]): { seconds: number; cpu: number; found: number } {
  const timed = ['-c', 'TIMEFORMAT="%R %U %S"; time "$@" 2>&1', 'bash', ...command]
  const { stdout, stderr, status } = spawnSync('bash', timed, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stdout}`)
  const [seconds = 0, user = 0, system = 0] = stderr.trim().split(' ').map(Number)
  return { seconds, cpu: user + system, found: Number(stdout.trim().split('\n').at(-1)) }
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

execFileSync('npm', ['run', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] })
const file = queryCorpus(bytes)
const names = Object.keys(WAYS)
const header = [
  'question',
  'found',
  ...names.flatMap((name, i) => [`${name}, s`, ...(i > 0 ? ['×', 'CPU ×'] : [])]),
]
console.log(`| ${header.join(' | ')} |\n|${header.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`)
for (const asked of QUESTIONS) {
  const runs = new Map<string, ReturnType<typeof run>[]>(names.map(name => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of Object.entries(WAYS)) {
      const command = way(asked, file)
      if (command !== undefined) runs.get(name)?.push(run(command))
    }
  }
  const seconds = (name: string) => median((runs.get(name) ?? []).map(({ seconds }) => seconds))
  const cpu = (name: string) => median((runs.get(name) ?? []).map(({ cpu }) => cpu))
  const cells = names.flatMap((name, i) => {
    const times = (of: (name: string) => number) => (of(name) / of('auditship')).toFixed(1)
    return [seconds(name).toFixed(2), ...(i > 0 ? [times(seconds), times(cpu)] : [])]
  })
  const found = new Set([...runs.values()].flat().map(({ found }) => found))
  console.log(`| ${[asked.name, [...found].join(' or '), ...cells].join(' | ')} |`)
  // Another answer is a failure, whatever the times.
  if (found.size > 1) process.exitCode = 1
}
console.log(
  `\n${(bytes / 1e6).toFixed(0)} MB, median of ${rounds}; × is how many times longer than auditship, CPU × how many times more CPU; ` +
    `Node.js ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model}`,
)
