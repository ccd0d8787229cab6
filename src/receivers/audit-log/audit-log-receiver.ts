import { AcknowledgedPrefix } from '../../pipeline/acknowledged-prefix.ts'
import type { ComponentContext, Consumer, Receiver } from '../../pipeline/contracts.ts'
import { BatchReader } from './batch-reader.ts'
import { checkpointPath, loadCheckpoint, serializeCheckpoint } from './checkpoint.ts'
import { CheckpointSaver } from './checkpoint-saver.ts'
import { chooseFolder } from './choose-folder.ts'
import { followLog } from './follower.ts'
import { HandOver } from './hand-over.ts'
import { LogFolder } from './log-folder.ts'
import type { LogReading } from './log-reading.ts'
import type { Mark } from './mark.ts'
import type { AuditLogOptions } from './options.ts'
import { marksOf, type Progress, ProgressKeeper } from './progress.ts'
import { logPaths } from './provider-presets.ts'
import { marksAtEnd } from './start-at-end.ts'
import { Survey } from './survey.ts'
import { WakeUp } from './wake-up.ts'

/** Five seconds by default. */
const POLLS_PER_SURVEY = 20

/** Follows the audit log of an API server on disk and remembers what of it was acknowledged. */
export class AuditLogReceiver implements Receiver {
  readonly done: Promise<void>
  readonly #options: AuditLogOptions
  readonly #context: ComponentContext
  readonly #folders: readonly LogFolder[]
  readonly #saver: CheckpointSaver | undefined
  readonly #stopping = new AbortController()
  readonly #finished = Promise.withResolvers<void>()
  /** What is acknowledged, by the path of the log's live file. */
  readonly #acknowledged = new Map<string, () => readonly Mark[]>()
  #running: Promise<void> = Promise.resolve()
  #isStopped = false
  /** Why the pipeline takes nothing any more. */
  #refusal: unknown

  constructor(options: AuditLogOptions, context: ComponentContext) {
    this.#options = options
    this.#context = context
    this.#folders = logPaths(options).map(path => new LogFolder(path))
    const path = checkpointPath(context.stateDir, context.pipeline, context.id)
    if (options.checkpoint) this.#saver = new CheckpointSaver(path, () => this.#checkpoint(), context.log)
    this.done = this.#finished.promise
    this.done.catch(() => {})
  }

  async start(next: Consumer): Promise<void> {
    await this.#restore()
    const handOver = new HandOver(next, this.#options.maxInFlight, error => {
      this.#refusal ??= error
      this.#stopping.abort()
    })
    this.#running = this.#run(handOver)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#stopping.abort()
    await this.#running
  }

  /** Finds out where to begin. The first start is noted at once, so that the next one goes on from the same place. */
  async #restore(): Promise<void> {
    const { stateDir, pipeline, id, log } = this.#context
    const saved = this.#saver && (await loadCheckpoint(checkpointPath(stateDir, pipeline, id), log))
    const isFromEnd = saved === undefined && this.#options.startAt === 'end'
    for (const [path, marks] of saved ?? []) this.#acknowledged.set(path, () => marks)
    for (const folder of this.#folders) {
      const { path } = folder.live
      const marks = isFromEnd ? await marksAtEnd(folder) : (saved?.get(path) ?? [])
      this.#acknowledged.set(path, () => marks)
    }
    this.#saver?.changed()
    await this.#saver?.flush()
  }

  /** Never rejects: how it ended is told by `done`. */
  async #run(handOver: HandOver): Promise<void> {
    const { signal } = this.#stopping
    try {
      const folder = await chooseFolder(this.#folders, this.#options.pollInterval, this.#context, signal)
      await followLog(this.#reading(folder, handOver))
      signal.throwIfAborted()
      await this.#settle(handOver)
      signal.throwIfAborted()
      this.#finished.resolve()
    } catch (error) {
      await this.#settle(handOver)
      if (!this.#isStopped || this.#context.once) this.#finished.reject(this.#refusal ?? error)
    }
  }

  async #settle(handOver: HandOver): Promise<void> {
    await handOver.settled()
    await this.#saver?.flush()
  }

  #reading(folder: LogFolder, handOver: HandOver): LogReading {
    const context = this.#context
    const marks = this.#acknowledged.get(folder.live.path)?.() ?? []
    const progress = new ProgressKeeper(marks, context.once)
    return {
      folder,
      survey: new Survey(folder, progress, context),
      wakeUp: new WakeUp(folder.path),
      reader: new BatchReader(this.#options, this.#options.maxInFlight),
      handOver,
      progress,
      acknowledged: new AcknowledgedPrefix(reached => this.#advance(folder.live.path, reached)),
      context,
      pollMs: this.#options.pollInterval,
      surveyMs: this.#options.pollInterval * POLLS_PER_SURVEY,
      signal: this.#stopping.signal,
    }
  }

  #advance(path: string, reached: Progress): void {
    this.#acknowledged.set(path, () => marksOf(reached))
    this.#saver?.changed()
  }

  #checkpoint(): string {
    return serializeCheckpoint(new Map([...this.#acknowledged].map(([path, marks]) => [path, marks()])))
  }
}
