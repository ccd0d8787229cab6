import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { type ByteSource, isSameFile, readRange } from './byte-source.ts'
import { markOfCopy } from './copy-of-live.ts'
import { Cursor, HEAD_LENGTH } from './cursor.ts'
import { GzipFile, SMALLEST_GZIP } from './gzip-file.ts'
import type { LogNames } from './log-names.ts'
import { findMark, type Mark, marksOfHead } from './mark.ts'
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

/** A rotated file with something unread. */
export interface UnreadFile extends Pick<FoundFile, 'file' | 'head' | 'mark'> {
  readonly size: number
}

/** What a look into the folder has shown. */
export interface Look {
  /** The live file, open. */
  readonly live: FoundFile | undefined
  /** Why there is none. */
  readonly liveError: Error | undefined
  /** Rotated files with something unread, the oldest first. */
  readonly unread: readonly UnreadFile[]
  /** Marks of rotated files that are copies of the live one as it was when it was shorter, all of which was read. */
  readonly copies: readonly Mark[]
  /** Marks whose content is in the folder. */
  readonly present: ReadonlySet<Mark>
  /** Rotated files that could not be looked at, or the folder. */
  readonly unreadable: readonly { readonly path: string; readonly error: Error }[]
  /**
   * Whether all could be looked at and the live file is there, or the live file of another log in the same folder.
   * If not, content that is absent may still appear: by a mount, for one.
   */
  readonly isComplete: boolean
  /** Whether the live file's name is in the folder; it may be a link to nothing. */
  readonly isListed: boolean
  /** Whether no file of the log is there, though another log is. */
  readonly isDeserted: boolean
}

/** The folder of one log: finds what is in it and what of that is still to be read. */
export class LogFolder {
  readonly path: string
  readonly live: LogFile
  readonly #names: LogNames | undefined
  /** What was found out about rotated files, by path: they are not opened again while that still holds. */
  readonly #known = new Map<string, Known>()

  /** With `names` the folder holds other logs too, as they say. */
  constructor(livePath: string, names?: LogNames) {
    this.path = dirname(livePath)
    this.#names = names
    this.live = { path: livePath, name: basename(livePath), live: true, compressed: false }
  }

  /** Looks at all files of the log; those that `isOpen` says are being read already are left out. The caller closes `live`. */
  async look(marks: readonly Mark[], isOpen: (stats: BigIntStats) => boolean): Promise<Look> {
    // The live file first: whatever is rotated away after that is in the list of names or is this very file.
    const { found: live, error: liveError } = await settled(this.open(this.live, marks))
    const present = new Set<Mark>(live?.mark && [live.mark])
    const unread: UnreadFile[] = []
    const copies: Mark[] = []
    const unreadable: { path: string; error: Error }[] = []
    const { found: names = [], error: folderError } = await settled(this.#fileNames())
    const rotated = this.#rotatedAmong(names)
    if (folderError !== undefined) unreadable.push({ path: this.path, error: folderError })
    // The live file may have the name of a rotated one too, as a hard link.
    const isKnownOpen = (stats: BigIntStats) =>
      isOpen(stats) || (live !== undefined && isSameFile(stats, live.source.stats))
    for (const file of rotated) {
      const { found, error } = await settled(this.#examine(file, { marks, live, isOpen: isKnownOpen }))
      if (error !== undefined) unreadable.push({ path: file.path, error })
      if (found?.mark !== undefined) present.add(found.mark)
      if (found?.copy !== undefined) copies.push(found.copy)
      if (found?.unread !== undefined) unread.push(found.unread)
    }
    this.#forgetAllBut(rotated)
    const isListed = names.includes(this.live.name)
    const isAway = live === undefined && !isListed && names.some(this.#isOtherLog)
    const isComplete = (live !== undefined || isAway) && unreadable.length === 0
    const isDeserted = isAway && rotated.length === 0
    return { live, liveError, unread, copies, present, unreadable, isComplete, isListed, isDeserted }
  }

  /** The rotated files, the oldest first; none when the folder does not exist. */
  async rotated(): Promise<LogFile[]> {
    return this.#rotatedAmong(await this.#fileNames())
  }

  /** Opens a file and finds out how far it was read. */
  async open(file: LogFile, marks: readonly Mark[]): Promise<FoundFile> {
    const source = file.compressed ? await GzipFile.open(file.path) : await PlainFile.open(file.path)
    try {
      const head = await readRange(source, 0, HEAD_LENGTH)
      const match = await findMark(source, head, marks)
      const cursor = match?.cursor ?? Cursor.START
      const isMore = file.compressed
        ? source.size !== cursor.offset % 2 ** 32 || source.stats.size < SMALLEST_GZIP
        : source.size > cursor.offset
      // The rest of a damaged file was given up: it is read on only when it changes.
      const isGivenUp = match?.mark.ended === true && match.mark.size === source.size
      return { file, source, head, cursor, mark: match?.mark, unread: isMore && !isGivenUp }
    } catch (error) {
      await source.close()
      throw error
    }
  }

  /** Notes that nothing is left to read in a rotated file: all was read, or the rest of it cannot be. */
  finished(found: OpenFile, mark: Mark | undefined): void {
    if (!found.file.live) this.#remember(found, { mark }, marks => mark === undefined || marks.includes(mark))
  }

  /** Whether the pattern found this log among others: it may go away for good, as the log of a day does. */
  get isOneOfMany(): boolean {
    return this.#names !== undefined
  }

  async #fileNames(): Promise<string[]> {
    const { found: names = [], error } = await settled(readdir(this.path))
    if (error !== undefined && codeOf(error) !== 'ENOENT') throw error
    return names
  }

  #rotatedAmong(names: readonly string[]): LogFile[] {
    const { name: live } = this.live
    const own = names.filter(name => this.#names === undefined || this.#names.logOf(name) === live)
    return rotatedFiles(this.path, live, own)
  }

  readonly #isOtherLog = (name: string) =>
    name !== this.live.name && this.#names !== undefined && this.#names.logOf(name) === name

  async #examine(file: LogFile, circumstances: Circumstances): Promise<Examined> {
    const { marks, live, isOpen } = circumstances
    const stats = await stat(file.path, { bigint: true })
    const known = this.#known.get(file.path)
    if (known?.version === versionOf(stats) && known.isValid(marks)) return known.examined
    if (isOpen(stats)) return {}
    const found = await this.open(file, marks)
    try {
      const copy = await markOfCopy(found, live)
      const mark = copy ?? found.mark
      const isUnread = found.unread && copy === undefined
      const unread = { file, head: found.head, mark, size: found.source.size }
      const examined = { mark, copy, unread: isUnread ? unread : undefined }
      const candidates = marksOfHead(found.head, marks)
      if (!isUnread && mark?.ended !== false) this.finished(found, mark)
      else this.#remember(found, examined, now => isSame(marksOfHead(found.head, now), candidates))
      return examined
    } finally {
      await found.source.close()
    }
  }

  #remember({ file, source }: OpenFile, examined: Examined, isValid: Known['isValid']): void {
    this.#known.set(file.path, { version: versionOf(source.stats), examined, isValid })
  }

  #forgetAllBut(files: readonly LogFile[]): void {
    const paths = new Set(files.map(file => file.path))
    for (const path of this.#known.keys()) if (!paths.has(path)) this.#known.delete(path)
  }
}

type OpenFile = Pick<FoundFile, 'file' | 'source'>

interface Circumstances {
  readonly marks: readonly Mark[]
  readonly live: FoundFile | undefined
  readonly isOpen: (stats: BigIntStats) => boolean
}

interface Examined {
  readonly mark?: Mark | undefined
  readonly copy?: Mark | undefined
  readonly unread?: UnreadFile | undefined
}

interface Known {
  readonly version: string
  readonly examined: Examined
  readonly isValid: (marks: readonly Mark[]) => boolean
}

const isSame = (a: readonly Mark[], b: readonly Mark[]) =>
  a.length === b.length && a.every((mark, i) => mark === b[i])

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
