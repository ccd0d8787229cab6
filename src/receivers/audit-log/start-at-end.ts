import type { ByteSource } from './byte-source.ts'
import { readRange } from './byte-source.ts'
import { Cursor, HEAD_LENGTH, TAIL_LENGTH } from './cursor.ts'
import { type FoundFile, openFound } from './found-file.ts'
import { GzipFile } from './gzip-file.ts'
import type { LogFolder } from './log-folder.ts'
import { NEWLINE } from './long-line.ts'
import { type Mark, markOf } from './mark.ts'
import type { LogFile } from './rotated-files.ts'

const STEP = 64 * 1024

/** Marks that say that everything in the folder was read; what cannot be opened now is read from its beginning later. */
export async function marksAtEnd(folder: LogFolder): Promise<Mark[]> {
  const marks: Mark[] = []
  for (const file of [...(await folder.rotated().catch(() => [])), folder.live]) {
    const found = await openFound(file, []).catch(() => undefined)
    if (found === undefined) continue
    try {
      if (found.head.length > 0) marks.push(await markAtEnd(file, found))
    } finally {
      await found.source.close()
    }
  }
  return marks.filter(mark => mark.offset > 0)
}

async function markAtEnd({ name, live }: LogFile, { source, head }: FoundFile): Promise<Mark> {
  // A line that is just being written belongs to what comes.
  const end = source instanceof GzipFile ? await source.contentLength() : source.size
  const offset = live ? await startOfLastLine(source, end) : end
  const length = source instanceof GzipFile ? 0 : Math.min(TAIL_LENGTH, offset)
  const tail = await readRange(source, offset - length, length)
  const cursor = new Cursor(offset, head.subarray(0, Math.min(HEAD_LENGTH, offset)), tail)
  return markOf(cursor, { name, size: source.size, ended: !live })
}

/** Offset after the last newline before `end`. */
async function startOfLastLine(source: ByteSource, end: number): Promise<number> {
  for (let to = end; to > 0; to -= STEP) {
    const from = Math.max(0, to - STEP)
    const newline = (await readRange(source, from, to - from)).lastIndexOf(NEWLINE)
    if (newline >= 0) return from + newline + 1
  }
  return 0
}
