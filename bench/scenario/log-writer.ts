import { setTimeout as delay } from 'node:timers/promises'
import { Random } from '../corpus/random.ts'
import { NumberedEvents } from './numbered-events.ts'
import { RotatingLog, type RotationOptions } from './rotating-log.ts'

/** What a writer writes, and how fast. */
export interface WriterOptions extends RotationOptions {
  /** Events a second. */
  readonly rate: number
  /** How often to write, in milliseconds: all that is due at once, so long times make bursts. */
  readonly everyMs?: number
  /** Shortest and longest time between two rotations, in milliseconds; left out: only `rotate` rotates. */
  readonly rotateMs?: readonly [shortest: number, longest: number]
  /** Asked before each write; while false nothing is written, so that a reader can keep up with `maxBackups`. */
  readonly mayWrite?: () => boolean
  /** Of the events' shapes and of the times of rotation. */
  readonly seed?: number
}

/** Event numbers, both ends included. */
export interface NumberRange {
  readonly from: number
  readonly to: number
}

/** What was written: events 1 to `events`. */
export interface Written {
  readonly events: number
  readonly rotations: number
  /** Events in backups that `maxBackups` deleted; whoever had not read them could not. */
  readonly deleted: readonly NumberRange[]
  /** Events whose line was torn by a crash of the writer. */
  readonly torn: readonly number[]
}

/** So many of the oldest backups may be deleted before anybody asks again. */
const AT_RISK = 3

/** Writes numbered events into `audit.log` of a folder and rotates it. */
export class LogWriter {
  readonly #options: WriterOptions
  readonly #log: RotatingLog
  readonly #events: NumberedEvents
  readonly #random: Random
  readonly #contents = new Map<string, NumberRange>()
  readonly #deleted: NumberRange[] = []
  readonly #torn: number[] = []
  #number = 0
  #firstInFile = 1
  #rotations = 0

  constructor(folder: string, options: WriterOptions) {
    this.#options = options
    this.#events = new NumberedEvents(options.seed ?? 1)
    this.#random = new Random(options.seed ?? 1)
    this.#log = new RotatingLog(folder, options, backup => {
      const range = this.#contents.get(backup)
      this.#contents.delete(backup)
      if (range !== undefined && range.to >= range.from) this.#deleted.push(range)
    })
  }

  get written(): Written {
    return {
      events: this.#number,
      rotations: this.#rotations,
      deleted: this.#deleted,
      torn: this.#torn,
    }
  }

  /** Events in the backups that `maxBackups` deletes at the next rotations, if it is to delete any. */
  get atRisk(): readonly NumberRange[] {
    const { maxBackups = 0 } = this.#options
    const kept = [...this.#contents.values()]
    return maxBackups > 0 ? kept.slice(0, Math.max(0, kept.length - maxBackups + AT_RISK)) : []
  }

  /** Writes until the signal aborts or `events` are written in all, and waits until the last backup is compressed. */
  async run(signal: AbortSignal, events = Number.POSITIVE_INFINITY): Promise<Written> {
    const { rate, everyMs = 10, mayWrite = () => true } = this.#options
    await this.#log.open()
    let due = 0
    let last = performance.now()
    let rotateAt = last + this.#untilRotation()
    while (!signal.aborted && this.#number < events) {
      await delay(everyMs, undefined, { signal }).catch(() => {})
      const now = performance.now()
      if (mayWrite()) due += ((now - last) * rate) / 1000
      last = now
      for (; due >= 1 && this.#number < events; due--) {
        this.write()
        if (performance.now() < rotateAt) continue
        this.rotate()
        rotateAt = performance.now() + this.#untilRotation()
      }
    }
    this.#log.close()
    await this.#log.settled()
    return this.written
  }

  /** Writes one event. */
  write(): void {
    this.#log.append(this.#events.line(this.#number + 1))
    this.#number++
  }

  rotate(): void {
    const backup = this.#log.rotate()
    this.#contents.set(backup, { from: this.#firstInFile, to: this.#number })
    this.#firstInFile = this.#number + 1
    this.#rotations++
  }

  /**
   * Writes the beginning of an event and no more, as a machine whose power fails; the next line is glued to it.
   * For a writer that does not run: `run` goes on after it.
   */
  async crash(): Promise<void> {
    await this.#log.open()
    const line = this.#events.line(this.#number + 1)
    this.#log.append(line.subarray(0, this.#random.integer(1, line.length - 2)))
    this.#log.close()
    this.#number++
    this.#torn.push(this.#number)
  }

  #untilRotation(): number {
    const { rotateMs } = this.#options
    return rotateMs === undefined ? Number.POSITIVE_INFINITY : this.#random.integer(...rotateMs)
  }
}
