import type { ComponentContext } from '../../pipeline/contracts.ts'
import { countGap } from '../../pipeline/counters.ts'
import { type ByteSource, readRange } from './byte-source.ts'
import { Cursor, HEAD_LENGTH } from './cursor.ts'
import type { FoundFile } from './found-file.ts'
import { findMark, type Mark } from './mark.ts'
import type { LogFile } from './rotated-files.ts'

/** How long a file that has a successor must not have grown before its writer counts as gone, in milliseconds. */
const QUIET_MS = 10_000
/** Each keeps a file open, and a deleted one on the disk. */
const MOST_KEPT = 2

interface Stray {
  readonly file: LogFile
  readonly source: ByteSource
  /** Everything before it was read. */
  size: number
  grewAt: number
  isSaid: boolean
}

/**
 * Live files that were deleted, or moved to where they are not found again. Whoever writes them may still have them open,
 * so they are kept open too, read to their end, and looked at for a while.
 */
export class Strays {
  readonly #context: ComponentContext
  #kept: Stray[] = []

  constructor(context: ComponentContext) {
    this.#context = context
  }

  get isEmpty(): boolean {
    return this.#kept.length === 0
  }

  /** Keeps a file that was read to its end, and will close it. */
  async keep(file: LogFile, source: ByteSource): Promise<void> {
    const now = performance.now()
    this.#kept.push({ file, source, size: source.size, grewAt: now, isSaid: false })
    await this.#close(this.#kept.slice(0, -MOST_KEPT))
  }

  /** Whether one has something new. With `isSucceeded`, another file being the live one, closes those that were quiet for long. */
  async haveGrown(isSucceeded: boolean): Promise<boolean> {
    const now = performance.now()
    const quiet: Stray[] = []
    let isAny = false
    for (const stray of this.#kept) {
      if (await hasGrown(stray)) isAny = true
      else if (isSucceeded && now - stray.grewAt > QUIET_MS) quiet.push(stray)
    }
    await this.#close(quiet)
    return isAny
  }

  /** Those that have something new, to be read on to their end as `marks` say; they stay open. */
  async *grown(marks: () => readonly Mark[]): AsyncGenerator<FoundFile> {
    for (const stray of [...this.#kept]) {
      if (!(await hasGrown(stray))) continue
      this.#say(stray)
      const { file, source } = stray
      const head = await readRange(source, 0, HEAD_LENGTH)
      const match = await findMark(source, head, marks())
      const { cursor = Cursor.START, mark, twins = [] } = match ?? {}
      try {
        yield { file: { ...file, live: false }, source, head, cursor, mark, twins, unread: true }
      } finally {
        // When reading was broken off, the mark says what is missing.
        stray.size = source.size
        stray.grewAt = performance.now()
      }
    }
  }

  /** Closes all of them. */
  async close(): Promise<void> {
    await this.#close(this.#kept)
  }

  async #close(strays: readonly Stray[]): Promise<void> {
    this.#kept = this.#kept.filter(stray => !strays.includes(stray))
    for (const stray of strays) {
      if (await hasGrown(stray).catch(() => false)) this.#reportLoss(stray)
      await stray.source.close()
    }
  }

  #say(stray: Stray): void {
    if (stray.isSaid) return
    stray.isSaid = true
    this.#context.log.warn(
      `${stray.file.path} was deleted or moved to a name that is not one of a rotated file, and is still written to: ` +
        'that is read too, but would be lost if the agent stopped',
      { file: stray.file.path },
    )
  }

  #reportLoss({ file, source, size }: Stray): void {
    const lost = source.size - size
    if (lost <= 0) return
    countGap(this.#context.counters, lost)
    this.#context.log.error(
      `${file.path} was deleted or moved to a name that is not one of a rotated file, and still written to: ` +
        `at least ${lost} bytes after byte ${size} are lost`,
      { file: file.path, offset: size, bytesLost: lost },
    )
  }
}

async function hasGrown({ source, size }: Stray): Promise<boolean> {
  return (await source.available(0, Number.POSITIVE_INFINITY)) !== size
}
