import { AcknowledgedPrefix } from '../../pipeline/acknowledged-prefix.ts'
import type { ComponentContext, Consumer } from '../../pipeline/contracts.ts'
import { BatchReader } from './batch-reader.ts'
import { FolderWatch } from './folder-watch.ts'
import { HandOver, type InFlight } from './hand-over.ts'
import type { LogFolder } from './log-folder.ts'
import type { LogPlace } from './log-place.ts'
import type { LogReading } from './log-reading.ts'
import type { AuditLogOptions } from './options.ts'
import { ProgressKeeper } from './progress-keeper.ts'
import type { SavedMarks } from './saved-marks.ts'
import { Strays } from './strays.ts'
import { Survey } from './survey.ts'
import { Turns } from './turns.ts'
import { WakeUp } from './wake-up.ts'

/** Five seconds by default. */
const POLLS_PER_SURVEY = 10
/** When the system reports writing, one of many logs that was not written to for so long, in milliseconds, is looked at less often. */
const QUIET_MS = 60_000
/** Logs that have gone for good, as those of past days do, are remembered up to this number: they may come back. */
const GONE_KEPT = 100

/** The readings of all logs of one receiver. They share its places for batches, so its memory does not grow with their number. */
export class Readings {
  readonly context: ComponentContext
  readonly #options: AuditLogOptions
  readonly #saved: SavedMarks
  readonly #next: Consumer
  readonly #stopping: AbortController
  readonly #reader: BatchReader
  readonly #places: Turns
  readonly #looking: Turns
  readonly #decompressing: Turns
  /** By the path of the log's live file. */
  readonly #readings = new Map<string, LogReading>()
  /** Paths of logs that are gone, the one that has been longest first. */
  readonly #gone = new Set<string>()
  #refusal: unknown
  /** Whether the system has reported a writing. */
  #isTold = false

  constructor(
    options: AuditLogOptions,
    context: ComponentContext,
    saved: SavedMarks,
    next: Consumer,
    stopping: AbortController,
  ) {
    this.context = context
    this.#options = options
    this.#saved = saved
    this.#next = next
    this.#stopping = stopping
    this.#reader = new BatchReader(options, options.maxInFlight)
    this.#places = new Turns(options.maxInFlight)
    this.#looking = new Turns(options.maxInFlight)
    this.#decompressing = new Turns(options.maxInFlight)
  }

  /** Why the pipeline takes nothing any more. */
  get refusal(): unknown {
    return this.#refusal
  }

  /** The reading of a log, the same one each time: a log that was gone and came back is read on. */
  of(folder: LogFolder): LogReading {
    const { path } = folder.live
    const reading = this.#readings.get(path) ?? this.#begin(folder)
    this.#readings.set(path, reading)
    return reading
  }

  /** Logs of a place of which, when they were last seen, something was still to be read. */
  unfinished(place: LogPlace): LogFolder[] {
    const paths = [...this.#saved.paths].filter(path => this.#saved.of(path).some(mark => !mark.ended))
    return paths.map(path => place.logAt(path)).filter(folder => folder !== undefined)
  }

  /** Wakes the reading of the file with this name, or all when it is not known which. */
  notice(name: string | undefined): void {
    this.#isTold ||= name !== undefined
    for (const { folder, wakeUp } of this.#readings.values())
      if (name === undefined || name === folder.live.name) wakeUp.notice()
  }

  /** Forgets those of a place's logs that have been gone longest, unless they are busy; the logs at `present` are there. */
  keep(place: LogPlace, present: ReadonlySet<string>): void {
    for (const path of this.#saved.paths) {
      if (present.has(path)) this.#gone.delete(path)
      else if (place.logAt(path) !== undefined) this.#gone.add(path)
    }
    for (const path of [...this.#gone].slice(0, -GONE_KEPT)) {
      if (this.#readings.get(path)?.handOver.isBusy) continue
      this.#gone.delete(path)
      this.#readings.delete(path)
      this.#saved.forget(path)
    }
  }

  /** Bytes of all logs that are there and not acknowledged. */
  get bytesBehind(): number {
    let bytes = 0
    for (const { progress } of this.#readings.values()) bytes += progress.bytesBehind
    return bytes
  }

  /** What has been in flight longest. */
  get oldestInFlight(): InFlight | undefined {
    const oldest = [...this.#readings.values()].map(({ handOver }) => handOver.oldest)
    return oldest.filter(batch => batch !== undefined).sort((a, b) => a.readAt - b.readAt)[0]
  }

  /** Resolves when nothing is in flight. */
  async settled(): Promise<void> {
    await Promise.all([...this.#readings.values()].map(({ handOver }) => handOver.settled()))
  }

  #begin(folder: LogFolder): LogReading {
    const { path } = folder.live
    const { pollInterval } = this.#options
    const surveyMs = pollInterval * POLLS_PER_SURVEY
    const progress = new ProgressKeeper(this.#saved.of(path), this.context.once, () => this.#saved.changed())
    this.#saved.takeFrom(path, progress)
    const wakeUp = new WakeUp()
    return {
      folder,
      survey: new Survey(folder, progress, this.context),
      strays: new Strays(this.context),
      wakeUp,
      watch: folder.isOneOfMany ? undefined : new FolderWatch(folder.path, () => wakeUp.notice()),
      reader: this.#reader,
      handOver: new HandOver(this.#next, this.#places, error => this.#refused(error)),
      progress,
      acknowledged: new AcknowledgedPrefix(reached => {
        progress.reached(reached)
        this.#saved.changed()
      }),
      looking: this.#looking,
      decompressing: this.#decompressing,
      context: this.context,
      pollMs: pollInterval,
      idleMs: () =>
        folder.isOneOfMany && this.#isTold && progress.quietMs > QUIET_MS ? surveyMs : pollInterval,
      surveyMs,
      signal: this.#stopping.signal,
    }
  }

  #refused(error: unknown): void {
    this.#refusal ??= error
    this.#stopping.abort()
  }
}
