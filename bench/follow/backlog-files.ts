import {
  copyFileSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { corpusLines } from '../corpus/lines.ts'
import type { CorpusFile } from '../run/corpus-file.ts'

/** More than the beginning by which a file is recognised. */
const OWN_BYTES = 64 << 10
const CHUNK_BYTES = 4 << 20

/**
 * Writes a log of at least `bytes` bytes into a folder, which is made: backups as kube-apiserver names them and the live
 * file, each of them the corpus behind some events of its own, as files that begin alike would be one file twice.
 * Resolves to its size.
 */
export async function writeBacklog(folder: string, corpus: CorpusFile, bytes: number): Promise<number> {
  mkdirSync(folder, { recursive: true })
  const backups = Math.ceil(bytes / corpus.counts.bytes) - 1
  for (let i = 0; i < backups; i++) {
    const time = new Date(Date.UTC(2026, 0, 1, 0, i)).toISOString().replaceAll(':', '-').replace('Z', '')
    const backup = join(folder, `audit-${time}.log`)
    writeFileSync(backup, ownEvents(i + 2))
    const source = createReadStream(corpus.file, { highWaterMark: CHUNK_BYTES })
    await pipeline(source, createWriteStream(backup, { flags: 'a' }))
  }
  copyFileSync(corpus.file, join(folder, 'audit.log'))
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

function ownEvents(seed: number): string {
  let own = ''
  for (const { text } of corpusLines(seed)) {
    own += `${text}\n`
    if (own.length >= OWN_BYTES) break
  }
  return own
}
