// Draws what `npm run bench -- --json FILE` has found as an SVG image: node bench/plot.ts FILE > docs/benchmark.svg
import { readFileSync } from 'node:fs'
import { barsOf } from './plot/bars.ts'
import { svgOf } from './plot/svg.ts'
import type { Results } from './run/results.ts'

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('usage: node bench/plot.ts FILE.json > FILE.svg')
const { machine, rounds, corpus, drain } = JSON.parse(readFileSync(file, 'utf8')) as Results

const bars = barsOf(drain)
const notes = [
  `MB of audit log per CPU-second, in units of JSON.parse alone: J. Upright lines: goals. ${(corpus.bytes / 1e6).toFixed(0)} MB, median of ${rounds}.`,
  machine,
  ...(bars.some(({ kind }) => kind === 'elsewhere')
    ? ['* version 5.1, measured on another machine, in units of JSON.parse there']
    : []),
]
process.stdout.write(svgOf(bars, notes))
