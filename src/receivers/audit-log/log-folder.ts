import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { type ByteSource, readRange } from './byte-source.ts'
import { Cursor, HEAD_LENGTH } from './cursor.ts'
import { GzipFile } from './gzip-file.ts'
import { findMark, type Mark } from './mark.ts'
import { PlainFile } from './plain-file.ts'
import { type LogFile, rotatedFiles } from './rotated-files.ts'
import { codeOf } from './troubles.ts'

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
  /** Whether there is something after the cursor. */
  readonly unread: boolean
}

/** What a look into the folder has shown. */
export interface Look {
  /** The live file, open. */
  readonly live: FoundFile | undefined
  /** Why there is none. */
  readonly liveError: Error | undefined
  /** Rotated files with something unread, the oldest first; closed again. */
  readonly unread: readonly FoundFile[]
  /** Marks whose content is in the folder. */
  readonly present: ReadonlySet<Mark>
  /** Rotated files that could not be looked at. */
  readonly unreadable: readonly { readonly file: LogFile; readonly error: Error }[]
  /** Whether all could be looked at and the live file is there. If not, content that is absent may still appear: by a mount, for one. */
  readonly isComplete: boolean
}

/** The folder of one log: finds what is in it and what of that is still to be read. */
export class LogFolder {
  readonly path: string
  readonly live: LogFile
  /** Rotated files in which nothing is left to read, by path: not opened again while they stay as they are. */
  readonly #finished = new Map<string, { readonly version: string; readonly mark: Mark | undefined }>()

  constructor(livePath: string) {
    this.path = dirname(livePath)
    this.live = { path: livePath, name: basename(livePath), live: true, compressed: false }
  }

  /** Looks at all files of the log; those that `isOpen` says are being read already are left out. The caller closes `live`. */
  async look(marks: readonly Mark[], isOpen: (stats: BigIntStats) => boolean): Promise<Look> {
    // The live file first: whatever is rotated away after that is in the list of names or is this very file.
    const { found: live, error: liveError } = await settled(this.open(this.live, marks))
    const present = new Set<Mark>(live?.mark && [live.mark])
    const unread: FoundFile[] = []
    const unreadable: { file: LogFile; error: Error }[] = []
    const rotated = await this.rotated()
    for (const file of rotated) {
      const { found, error } = await settled(this.#examine(file, marks, isOpen))
      if (error !== undefined) unreadable.push({ file, error })
      if (found?.mark !== undefined) present.add(found.mark)
      if (found?.unread !== undefined) unread.push(found.unread)
    }
    const paths = new Set(rotated.map(file => file.path))
    for (const path of this.#finished.keys()) if (!paths.has(path)) this.#finished.delete(path)
    const isComplete = live !== undefined && unreadable.length === 0
    return { live, liveError, unread, present, unreadable, isComplete }
  }

  /** The rotated files, the oldest first; none when the folder does not exist. */
  async rotated(): Promise<LogFile[]> {
    const { found: names = [], error } = await settled(readdir(this.path))
    if (error !== undefined && codeOf(error) !== 'ENOENT') throw error
    return rotatedFiles(this.path, this.live.name, names)
  }

  /** Opens a file and finds out how far it was read. */
  async open(file: LogFile, marks: readonly Mark[]): Promise<FoundFile> {
    const source = file.compressed ? await GzipFile.open(file.path) : await PlainFile.open(file.path)
    try {
      const head = await readRange(source, 0, HEAD_LENGTH)
      const match = await findMark(source, head, marks)
      const cursor = match?.cursor ?? Cursor.START
      const unread = file.compressed ? source.size !== cursor.offset % 2 ** 32 : source.size > cursor.offset
      return { file, source, head, cursor, mark: match?.mark, unread }
    } catch (error) {
      await source.close()
      throw error
    }
  }

  /** Notes that nothing is left to read in a rotated file: all was read, or the rest of it cannot be. */
  finished({ file, source }: Pick<FoundFile, 'file' | 'source'>, mark: Mark | undefined): void {
    if (!file.live) this.#finished.set(file.path, { version: versionOf(source.stats), mark })
  }

  async #examine(
    file: LogFile,
    marks: readonly Mark[],
    isOpen: (stats: BigIntStats) => boolean,
  ): Promise<Examined> {
    const stats = await stat(file.path, { bigint: true })
    const known = this.#finished.get(file.path)
    const isKnown =
      known?.version === versionOf(stats) && (known.mark === undefined || marks.includes(known.mark))
    if (isKnown || isOpen(stats)) return { mark: known?.mark }
    const found = await this.open(file, marks)
    await found.source.close()
    if (found.unread) return { mark: found.mark, unread: found }
    if (found.mark?.ended !== false) this.finished(found, found.mark)
    return { mark: found.mark }
  }
}

interface Examined {
  readonly mark: Mark | undefined
  readonly unread?: FoundFile
}

/** Changes with every write, renaming and replacing of a file. */
function versionOf(stats: BigIntStats): string {
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs].join(' ')
}

/** The outcome of a file operation. */
async function settled<T>(promise: Promise<T>): Promise<{ found?: T; error?: Error }> {
  try {
    return { found: await promise }
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
}
