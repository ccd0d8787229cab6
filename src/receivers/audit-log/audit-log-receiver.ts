import { eventTime } from '../../audit/event-time.ts'
import type { ComponentContext, Consumer, Receiver, ReceiverStatus } from '../../pipeline/contracts.ts'
import { checkpointPath, loadCheckpoint } from './checkpoint.ts'
import { CheckpointSaver } from './checkpoint-saver.ts'
import { choosePlace } from './choose-place.ts'
import { followLog } from './follower.ts'
import type { InFlight } from './hand-over.ts'
import type { LogFolder } from './log-folder.ts'
import { LogPlace } from './log-place.ts'
import { LogsFollower } from './logs-follower.ts'
import type { AuditLogOptions } from './options.ts'
import { logPaths } from './provider-presets.ts'
import { Readings } from './readings.ts'
import { SavedMarks } from './saved-marks.ts'
import { marksAtEnd } from './start-at-end.ts'

/** Follows audit logs of API servers on disk and remembers what of them was acknowledged. */
export class AuditLogReceiver implements Receiver {
  readonly done: Promise<void>
  readonly #options: AuditLogOptions
  readonly #context: ComponentContext
  readonly #places: readonly LogPlace[]
  readonly #saved = new SavedMarks(() => this.#saver?.changed())
  readonly #saver: CheckpointSaver | undefined
  readonly #stopping = new AbortController()
  readonly #finished = Promise.withResolvers<void>()
  #running: Promise<void> = Promise.resolve()
  #readings: Readings | undefined
  #isStopped = false

  constructor(options: AuditLogOptions, context: ComponentContext) {
    this.#options = options
    this.#context = context
    this.#places = logPaths(options).map(path => new LogPlace(path))
    const path = checkpointPath(context.stateDir, context.pipeline, context.id)
    if (options.checkpoint) this.#saver = new CheckpointSaver(path, () => this.#saved.serialize(), context)
    this.done = this.#finished.promise
    this.done.catch(() => {})
  }

  async start(next: Consumer): Promise<void> {
    await this.#restore()
    const readings = new Readings(this.#options, this.#context, this.#saved, next, this.#stopping)
    this.#readings = readings
    this.#running = this.#run(readings)
  }

  status(): ReceiverStatus {
    return {
      bytesBehind: this.#readings?.bytesBehind ?? 0,
      oldestUnacknowledged: datesOf(this.#readings?.oldestInFlight),
      checkpointOutdatedSince: this.#saver?.outdatedSince,
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#stopping.abort()
    await this.#running
  }

  /** Finds out where to begin. The first start is noted at once, so that the next one goes on from the same place. */
  async #restore(): Promise<void> {
    const { stateDir, pipeline, id, log } = this.#context
    const checkpoint = this.#saver && (await loadCheckpoint(checkpointPath(stateDir, pipeline, id), log))
    this.#saved.restore(checkpoint ?? new Map())
    if (checkpoint === undefined && this.#options.startAt === 'end') await this.#skipToEnd()
    this.#saver?.changed()
    await this.#saver?.flush()
  }

  /** Counts all that is there as read. A log that cannot be found now is read from its beginning later. */
  async #skipToEnd(): Promise<void> {
    for (const place of this.#places) {
      const logs: readonly LogFolder[] = await place.logs().catch(() => [])
      for (const log of logs) this.#saved.restore(new Map([[log.live.path, await marksAtEnd(log)]]))
    }
  }

  /** Never rejects: how it ended is told by `done`. */
  async #run(readings: Readings): Promise<void> {
    const { signal } = this.#stopping
    try {
      const { pollInterval } = this.#options
      const place = await choosePlace(this.#places, pollInterval, this.#context, signal)
      await this.#read(place, readings)
      signal.throwIfAborted()
      const isSaved = await this.#settle(readings)
      signal.throwIfAborted()
      if (!isSaved)
        throw new Error('everything was delivered, but the checkpoint is not saved: the next run repeats it')
      this.#finished.resolve()
    } catch (error) {
      await this.#settle(readings)
      if (!this.#isStopped || this.#context.once) this.#finished.reject(readings.refusal ?? error)
    }
  }

  async #read(place: LogPlace, readings: Readings): Promise<void> {
    if (place.only !== undefined) return followLog(readings.of(place.only))
    const logs = new LogsFollower(place, readings)
    if (this.#context.once) return logs.readOnce()
    return logs.follow(this.#options.pollInterval, this.#stopping.signal)
  }

  /** False when the checkpoint could not be saved. */
  async #settle(readings: Readings): Promise<boolean> {
    await readings.settled()
    return (await this.#saver?.flush()) ?? true
  }
}

/** A batch that holds no event, or none with a time, is as old as its reading. */
function datesOf(oldest: InFlight | undefined): ReceiverStatus['oldestUnacknowledged'] {
  if (oldest === undefined) return undefined
  const { batch, readAt } = oldest
  const [first] = batch.events
  const time = first && eventTime(first)
  return { readAt, eventAt: time === undefined ? readAt : Number(time / 1_000_000n) }
}
