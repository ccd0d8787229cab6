import { type ByteSource, readRange } from './byte-source.ts'
import { Cursor, HEAD_LENGTH } from './cursor.ts'
import { GzipFile } from './gzip-file.ts'
import { findMark, isCompressedWhole, type Mark, type Match } from './mark.ts'
import { PlainFile } from './plain-file.ts'
import type { LogFile } from './rotated-files.ts'

/** A file of the log, open, and what of it was read before. */
export interface FoundFile {
  readonly file: LogFile
  readonly source: ByteSource
  /** Its first bytes. */
  readonly head: Buffer
  /** Where to go on reading. */
  readonly cursor: Cursor
  /** The mark that fits its content. */
  readonly mark: Mark | undefined
  /** See `Match`. */
  readonly twins: readonly Mark[]
  /** Whether there is something after the cursor. */
  readonly unread: boolean
}

/** Opens a file and finds out how far it was read. */
export async function openFound(file: LogFile, marks: readonly Mark[]): Promise<FoundFile> {
  const source = file.compressed ? await GzipFile.open(file.path) : await PlainFile.open(file.path)
  try {
    const head = await readRange(source, 0, HEAD_LENGTH)
    const match = await findMark(source, head, marks)
    const cursor = match?.cursor ?? Cursor.START
    // The rest of a damaged file was given up: it is read on only when it changes.
    const isGivenUp = match?.mark.ended === true && match.mark.size === source.size
    const unread = !isGivenUp && (await hasMore(source, match))
    return { file, source, head, cursor, mark: match?.mark, twins: match?.twins ?? [], unread }
  } catch (error) {
    await source.close()
    throw error
  }
}

async function hasMore(source: ByteSource, match: Match | undefined): Promise<boolean> {
  const offset = match?.cursor.offset ?? 0
  if (!(source instanceof GzipFile)) return source.size > offset
  if (match !== undefined && (await isCompressedWhole(source, match.mark))) return false
  // One that ends too early has something unread too: it is still being written, or it is damaged.
  return (await readRange(source, offset, 1)).length > 0 || (await source.whyNoEnd()) !== undefined
}
