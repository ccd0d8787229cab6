import { FolderWatch } from './folder-watch.ts'
import { followLog } from './follower.ts'
import type { LogFolder } from './log-folder.ts'
import type { LogPlace } from './log-place.ts'
import type { Readings } from './readings.ts'
import { StandingProblem } from './standing-problem.ts'
import { troubleWith } from './troubles.ts'
import { WakeUp } from './wake-up.ts'

/** Five seconds by default. */
const POLLS_PER_WATCH = 20

/** Reads all logs of a folder whose live files fit a pattern, each on its own: what keeps one from being read stops no other. */
export class LogsFollower {
  readonly #place: LogPlace
  readonly #readings: Readings
  readonly #running = new Map<string, Promise<void>>()
  readonly #wakeUp = new WakeUp()
  readonly #problem: StandingProblem
  readonly #leftAlone: StandingProblem

  constructor(place: LogPlace, readings: Readings) {
    this.#place = place
    this.#readings = readings
    this.#problem = new StandingProblem(readings.context)
    this.#leftAlone = new StandingProblem(readings.context)
  }

  /** Reads the logs that are there, and those that appear, until the signal aborts. */
  async follow(pollMs: number, signal: AbortSignal): Promise<void> {
    const watch = new FolderWatch(this.#place.folder, ({ written }) => {
      if (written === undefined) this.#wakeUp.notice()
      this.#readings.notice(written)
    })
    this.#begin(this.#readings.unfinished(this.#place))
    for (let round = 0; !signal.aborted; round++) {
      if (round % POLLS_PER_WATCH === 0) watch.watch()
      await this.#takeUp()
      await this.#wakeUp.wait(pollMs, signal)
    }
    watch.close()
    await Promise.all(this.#running.values())
  }

  /**
   * Reads the logs that are there to their end.
   * @throws when there is none, or why one of them cannot be read, after the others were
   */
  async readOnce(): Promise<void> {
    const { logs } = await this.#look()
    if (logs.length === 0)
      throw new Error((await this.#missing()).replace(/^waiting for/, 'nothing to read at'))
    this.#begin([...this.#readings.unfinished(this.#place), ...logs])
    const outcomes = await Promise.allSettled(this.#running.values())
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  async #takeUp(): Promise<void> {
    try {
      const { logs } = await this.#look()
      if (logs.length === 0) return this.#problem.raise('warn', await this.#missing())
      this.#problem.clear(`reads ${this.#place.path}`)
      this.#begin(logs)
      this.#readings.keep(
        this.#place,
        new Set([...this.#running.keys(), ...logs.map(({ live }) => live.path)]),
      )
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const { level, message } = await troubleWith(this.#place.folder, error)
      this.#problem.raise(level, message)
    }
  }

  async #look(): Promise<{ readonly logs: readonly LogFolder[] }> {
    const { path, folder } = this.#place
    const { logs, leftAlone } = await this.#place.look()
    if (leftAlone.length > 0)
      this.#leftAlone.raise(
        'warn',
        `leaves ${leftAlone.join(', ')} in ${folder} alone: compressed, and by the name not rotated away from a log that ${path} fits`,
      )
    return { logs }
  }

  #begin(logs: readonly LogFolder[]): void {
    for (const folder of logs) {
      const { path } = folder.live
      if (this.#running.has(path)) continue
      const reading = followLog(this.#readings.of(folder)).finally(() => this.#running.delete(path))
      this.#running.set(path, reading)
    }
  }

  async #missing(): Promise<string> {
    const error = Object.assign(new Error('no such file'), { code: 'ENOENT' })
    return (await troubleWith(this.#place.path, error)).message
  }
}
