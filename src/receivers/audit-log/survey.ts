import { join } from 'node:path'
import type { ComponentContext } from '../../pipeline/contracts.ts'
import { countGap } from '../../pipeline/counters.ts'
import { type ByteSource, isSameFile } from './byte-source.ts'
import type { LogFolder, Look } from './log-folder.ts'
import type { Mark } from './mark.ts'
import { marksOf } from './progress.ts'
import type { ProgressKeeper } from './progress-keeper.ts'
import { StandingProblem } from './standing-problem.ts'
import { codeOf, troubleWith } from './troubles.ts'

/** How long a live file may be missing after it was there before that is worth a word: a rotation takes a moment. */
const ROTATION_MS = 1_000

/** Editors and scripts may leave any number of names. */
const MOST_UNKNOWN = 100

/** Looks into the folder of a log, and tells the operator of what cannot be read and of what is lost. */
export class Survey {
  readonly #folder: LogFolder
  readonly #progress: ProgressKeeper
  readonly #context: ComponentContext
  readonly #liveProblem: StandingProblem
  readonly #rotatedProblem: StandingProblem
  readonly #unknownSaid = new Set<string>()
  #wasLive = false
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(folder: LogFolder, progress: ProgressKeeper, context: ComponentContext) {
    this.#folder = folder
    this.#progress = progress
    this.#context = context
    this.#liveProblem = new StandingProblem(context)
    this.#rotatedProblem = new StandingProblem(context)
  }

  /** Milliseconds since the last look. */
  get age(): number {
    return performance.now() - this.#lookedAt
  }

  /** Looks at all files but the `open` one. The caller closes `live`. */
  async look(open?: ByteSource): Promise<Look> {
    const marks = marksOf(this.#progress.now)
    const look = await this.#folder.look(marks, stats => open !== undefined && isSameFile(stats, open.stats))
    this.#lookedAt = performance.now()
    for (const mark of this.#progress.note(look)) this.#reportGap(mark)
    await this.#reportLive(look)
    await this.#reportRotated(look)
    this.#reportUnknown(look)
    return look
  }

  /** A look only to keep account and report; whether a rotated file has something unread. */
  async glance(open: ByteSource): Promise<boolean> {
    const look = await this.look(open)
    await look.live?.source.close()
    return look.unread.length > 0
  }

  #reportGap({ name, offset, size }: Mark): void {
    const { log, counters } = this.#context
    const lost = Math.max(0, size - offset)
    const what = `${join(this.#folder.path, name)} was read to byte ${offset} and is gone (deleted, truncated or overwritten)`
    if (lost > 0) countGap(counters, lost)
    if (lost === 0)
      log.warn(`${what}; nothing is known to have been written to it after that`, { file: name, offset })
    else
      log.error(`${what}: at least ${lost} bytes are lost. Keep more rotated files (--audit-log-maxbackup)`, {
        file: name,
        offset,
        bytesLost: lost,
      })
  }

  async #reportLive({ live, liveError, isListed }: Look): Promise<void> {
    const { path } = this.#folder.live
    if (liveError === undefined) {
      this.#liveProblem.clear(`reads ${path}`)
      this.#wasLive = live !== undefined
      return
    }
    // One log of several may go away for good, as that of a day does.
    if (this.#folder.isOneOfMany && !isListed) return this.#liveProblem.clear(`${path} is gone`)
    const { level, message } = await troubleWith(path, liveError)
    this.#liveProblem.raise(level, message, this.#wasLive ? ROTATION_MS : 0)
  }

  #reportUnknown({ unknown }: Look): void {
    for (const name of unknown) {
      if (this.#unknownSaid.has(name) || this.#unknownSaid.size >= MOST_UNKNOWN) continue
      this.#unknownSaid.add(name)
      this.#context.log.warn(
        `leaves ${join(this.#folder.path, name)} alone: its name is none that a rotation makes ` +
          `(${this.#folder.live.name}.1, ${this.#folder.live.name}-20060102, audit-2006-01-02T15-04-05.000.log and each with .gz)`,
      )
    }
  }

  async #reportRotated({ unreadable }: Look): Promise<void> {
    // One that is gone was renamed, compressed or deleted since the names were listed: the next look shows.
    const first = unreadable.find(({ error }) => codeOf(error) !== 'ENOENT')
    if (first === undefined) return this.#rotatedProblem.clear('all rotated files can be read')
    const { message } = await troubleWith(first.path, first.error)
    this.#rotatedProblem.raise('error', message)
  }
}
