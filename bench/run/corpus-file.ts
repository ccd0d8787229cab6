import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CorpusCounts, writeCorpus } from '../corpus/write.ts'

const SEED = 1
const CACHE = fileURLToPath(new URL('../../.cache/bench', import.meta.url))
const GENERATOR = fileURLToPath(new URL('../corpus', import.meta.url))

/** A corpus on disk: `audit.log` alone in a folder. */
export interface CorpusFile {
  readonly folder: string
  readonly file: string
  readonly counts: CorpusCounts
}

/** The corpus of that size, generated when there is none of today's generator. */
export function corpusFile(bytes: number): CorpusFile {
  const folder = join(CACHE, `corpus-${bytes}-${generatorHash()}`)
  const file = join(folder, 'audit.log')
  const countsFile = join(folder, 'counts.json')
  if (!existsSync(countsFile)) {
    console.log(`generating ${file}`)
    mkdirSync(folder, { recursive: true })
    const unfinished = join(folder, 'unfinished')
    const counts = writeCorpus(unfinished, bytes, SEED)
    renameSync(unfinished, file)
    writeFileSync(countsFile, JSON.stringify(counts))
  }
  const counts = JSON.parse(readFileSync(countsFile, 'utf8')) as CorpusCounts
  return { folder, file, counts }
}

function generatorHash(): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(GENERATOR).sort()) hash.update(readFileSync(join(GENERATOR, name)))
  return hash.digest('hex').slice(0, 12)
}
