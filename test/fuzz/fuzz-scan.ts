import { skipSpace, skipValue } from '../../src/audit/json.ts'
import { EventScanner } from '../../src/audit/scan.ts'
import { SAMPLE_LOGS, sampleLines } from '../samples.ts'
import { mutate } from './mutate.ts'
import { Random } from './random.ts'
import { ScanInPlace } from './scan-in-place.ts'
import { disagreement } from './scan-oracle.ts'

/** Longer lines would only make the run slower: their bodies hold nothing the scanner treats differently. */
const LONGEST_SEED_LINE = 1500

/** Of so many lines one is walked in JavaScript, too. */
const WALKED = 8

/** What a run found. */
export interface FuzzResult {
  readonly lines: number
  /** Lines that both call an audit event, so their fields were compared. */
  readonly accepted: number
  readonly failure: { readonly line: Buffer; readonly what: string } | undefined
}

/** Scans `lines` mutated sample lines and compares each with `JSON.parse`; stops at the first disagreement. */
export function fuzzScan(lines: number, seed: number): FuzzResult {
  const random = new Random(seed)
  const seeds = SAMPLE_LOGS.flatMap(sampleLines).filter(line => line.length <= LONGEST_SEED_LINE)
  const scanner = new EventScanner()
  const inPlace = new ScanInPlace()
  let accepted = 0
  for (let count = 0; count < lines; count++) {
    const line = mutate(random.pick(seeds), random.pick(seeds), random)
    const { buffer, start } = surrounded(line, random)
    const scanned = scanner.scan(buffer, start, start + line.length)
    const what =
      disagreement(line, scanned) ??
      inPlace.disagreement(buffer, start, start + line.length, scanned) ??
      (count % WALKED === 0 ? walkDisagreement(line) : undefined)
    if (what !== undefined) return { lines: count, accepted, failure: { line, what } }
    if (typeof scanned !== 'string') accepted++
  }
  return { lines, accepted, failure: undefined }
}

/** How `audit/json.ts`, which walks what the scanner took, and `JSON.parse` disagree about whether the line is JSON. */
function walkDisagreement(line: Buffer): string | undefined {
  const after = skipValue(line, skipSpace(line, 0))
  const isWalked = after > 0 && after <= line.length && skipSpace(line, after) >= line.length
  try {
    JSON.parse(line.toString())
    return isWalked ? undefined : 'not walked, but JSON.parse takes it'
  } catch {
    return isWalked ? 'walked, but JSON.parse refuses it' : undefined
  }
}

/** The line inside other bytes, as in a reader's buffer: what is around it must not matter. */
function surrounded(line: Buffer, random: Random): { buffer: Buffer; start: number } {
  const after = random.pick(['\n', '"', '}', ',', ' ', '1', ''])
  return { buffer: Buffer.concat([Buffer.from('}"\n'), line, Buffer.from(after)]), start: 3 }
}

if (import.meta.main) {
  const option = (name: string, otherwise: number) => {
    const at = process.argv.indexOf(`--${name}`)
    return at < 0 ? otherwise : Number(process.argv[at + 1])
  }
  const seed = option('seed', Date.now() % 2 ** 32)
  const result = fuzzScan(option('lines', 1_000_000), seed)
  console.log(`seed ${seed}: ${result.lines} lines, ${result.accepted} of them audit events`)
  if (result.failure !== undefined) {
    console.error(
      `${result.failure.what}\n${result.failure.line.toString()}\n${result.failure.line.toString('base64')}`,
    )
    process.exitCode = 1
  }
}
