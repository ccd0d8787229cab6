import type { BigIntStats } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { type FoundFile, openFound } from './found-file.ts'
import type { LogNames } from './log-names.ts'
import type { Mark } from './mark.ts'
import { RotatedExaminer, type UnreadFile } from './rotated-examiner.ts'
import { type LogFile, rotatedFiles, unknownNames } from './rotated-files.ts'
import { codeOf, isNoFile } from './troubles.ts'

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
  /** Marks that claim nothing read of content of which another mark says more, and of no other file. */
  readonly superseded: ReadonlySet<Mark>
  /** Rotated files that could not be looked at, or the folder. */
  readonly unreadable: readonly { readonly path: string; readonly error: Error }[]
  /**
   * Whether all could be looked at and the live file is there, or the live file of another log in the same folder.
   * If not, content that is absent may still appear: by a mount, for one.
   */
  readonly isComplete: boolean
  /** Names like the live file's that no rotation makes, as far as is known: such files are left alone. */
  readonly unknown: readonly string[]
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
  readonly #examiner = new RotatedExaminer()

  /** With `names` the folder holds other logs too, as they say. */
  constructor(livePath: string, names?: LogNames) {
    this.path = dirname(livePath)
    this.#names = names
    this.live = {
      path: livePath,
      name: basename(livePath),
      live: true,
      compressed: false,
      besideSource: false,
    }
  }

  /** Looks at all files of the log; those that `isOpen` says are being read already are left out. The caller closes `live`. */
  async look(marks: readonly Mark[], isOpen: (stats: BigIntStats) => boolean): Promise<Look> {
    // The live file first: whatever is rotated away after that is in the list of names or is this very file.
    const { found: live, error: liveError } = await settled(openFound(this.live, marks))
    const present = new Set<Mark>(live?.mark && [live.mark])
    const twins = new Set<Mark>(live?.twins)
    const unread: UnreadFile[] = []
    const copies: Mark[] = []
    const unreadable: { path: string; error: Error }[] = []
    const { found: names = [], error: folderError } = await settled(this.#fileNames())
    const rotated = this.#rotatedAmong(names)
    if (folderError !== undefined) unreadable.push({ path: this.path, error: folderError })
    for (const file of rotated) {
      const { found, error } = await settled(this.#examiner.examine(file, { marks, live, isOpen }))
      if (error !== undefined) unreadable.push({ path: file.path, error })
      if (found?.mark !== undefined) present.add(found.mark)
      if (found?.copy !== undefined) copies.push(found.copy)
      for (const twin of found?.twins ?? []) twins.add(twin)
      if (found?.unread !== undefined) unread.push(found.unread)
    }
    this.#examiner.forgetAllBut(rotated)
    const isListed = names.includes(this.live.name)
    const isAway = live === undefined && !isListed && names.some(this.#isOtherLog)
    const mayHoldContent = unreadable.some(({ error }) => !isNoFile(error))
    const isComplete = (live !== undefined || isAway) && !mayHoldContent
    const isDeserted = isAway && rotated.length === 0
    const unknown = this.isOneOfMany ? [] : unknownNames(this.live.name, names)
    const superseded = new Set([...twins].filter(twin => !present.has(twin)))
    return {
      live,
      liveError,
      unread,
      copies,
      present,
      superseded,
      unreadable,
      isComplete,
      unknown,
      isListed,
      isDeserted,
    }
  }

  /** The rotated files, the oldest first; none when the folder does not exist. */
  async rotated(): Promise<LogFile[]> {
    return this.#rotatedAmong(await this.#fileNames())
  }

  /** Notes that nothing is left to read in a rotated file: all was read, or the rest of it cannot be. */
  finished(found: FoundFile, mark: Mark | undefined): void {
    if (!found.file.live) this.#examiner.finished(found, mark)
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
}

/** The outcome of a file operation. */
async function settled<T>(promise: Promise<T>): Promise<{ found?: T; error?: Error }> {
  try {
    return { found: await promise }
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }
}
