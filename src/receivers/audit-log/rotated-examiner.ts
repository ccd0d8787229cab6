import type { BigIntStats } from 'node:fs'
import { lstat, stat } from 'node:fs/promises'
import { isSameFile } from './byte-source.ts'
import { markOfCopy } from './copy-of-live.ts'
import { type FoundFile, openFound } from './found-file.ts'
import { GzipFile } from './gzip-file.ts'
import { type Mark, marksOfHead } from './mark.ts'
import type { LogFile } from './rotated-files.ts'
import { codeOf, DANGLING } from './troubles.ts'

/** A rotated file with something unread. */
export interface UnreadFile extends Pick<FoundFile, 'file' | 'head' | 'mark'> {
  readonly size: number
}

/** What a rotated file has shown. */
export interface Examined {
  readonly mark?: Mark | undefined
  /** The same mark when it is that of a copy of the live file, all of which was read. */
  readonly copy?: Mark | undefined
  readonly unread?: UnreadFile | undefined
  /** See `Match`. */
  readonly twins?: readonly Mark[]
}

interface Circumstances {
  readonly marks: readonly Mark[]
  readonly live: FoundFile | undefined
  /** Whether the file is being read already: nothing is found out about it. */
  readonly isOpen: (stats: BigIntStats) => boolean
}

interface Known {
  readonly version: string
  readonly examined: Examined
  readonly isValid: (marks: readonly Mark[]) => boolean
}

type OpenFile = Pick<FoundFile, 'file' | 'source'>

/** The rotated files of a log and what was found out about them: they are not opened again while that still holds. */
export class RotatedExaminer {
  /** By path. */
  readonly #known = new Map<string, Known>()

  /** Finds out how far a file was read. */
  async examine(file: LogFile, circumstances: Circumstances): Promise<Examined> {
    const { marks, live, isOpen } = circumstances
    const stats = await statOf(file.path)
    if (isOpen(stats)) return {}
    // The live file may have the name of a rotated one too, as a hard link.
    if (live !== undefined && isSameFile(stats, live.source.stats)) return {}
    const known = this.#known.get(file.path)
    if (known?.version === versionOf(file, stats) && known.isValid(marks)) return known.examined
    // Asked before anything else is: it may become complete at any moment, and what was half seen fits no mark.
    const isPartial = file.besideSource && (await isIncomplete(file))
    const found = await openFound(file, marks)
    try {
      const copy = await markOfCopy(found, live)
      const mark = copy ?? found.mark
      const isUnread = found.unread && copy === undefined && !isPartial
      const unread = { file, head: found.head, mark, size: found.source.size }
      const examined = { mark, copy, unread: isUnread ? unread : undefined, twins: found.twins }
      const candidates = marksOfHead(found.head, marks)
      if (!isUnread && mark?.ended !== false) this.finished(found, mark)
      else this.#remember(found, examined, now => isSame(marksOfHead(found.head, now), candidates))
      return examined
    } finally {
      await found.source.close()
    }
  }

  /** Notes that nothing is left to read in a file: all was read, or the rest of it cannot be. */
  finished(found: OpenFile, mark: Mark | undefined): void {
    this.#remember(found, { mark }, marks => mark === undefined || marks.includes(mark))
  }

  /** Forgets the files that are no longer in the folder. */
  forgetAllBut(files: readonly LogFile[]): void {
    const paths = new Set(files.map(file => file.path))
    for (const path of this.#known.keys()) if (!paths.has(path)) this.#known.delete(path)
  }

  #remember({ file, source }: OpenFile, examined: Examined, isValid: Known['isValid']): void {
    this.#known.set(file.path, { version: versionOf(file, source.stats), examined, isValid })
  }
}

const isSame = (a: readonly Mark[], b: readonly Mark[]) =>
  a.length === b.length && a.every((mark, i) => mark === b[i])

/** As long as its source is there an incomplete `.gz` does not count: the source has it all. */
async function isIncomplete({ path }: LogFile): Promise<boolean> {
  const source = await GzipFile.open(path)
  try {
    return (await source.whyNoEnd()) !== undefined
  } finally {
    await source.close()
  }
}

/** Changes with every write, renaming and replacing of a file. */
function versionOf({ besideSource }: LogFile, stats: BigIntStats): string {
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, besideSource].join(' ')
}

/** @throws with code DANGLING when the name is a link to nothing */
async function statOf(path: string): Promise<BigIntStats> {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    const isLink = codeOf(error) === 'ENOENT' && (await lstat(path).catch(() => undefined))?.isSymbolicLink()
    throw isLink ? Object.assign(new Error('a link to nothing', { cause: error }), { code: DANGLING }) : error
  }
}
