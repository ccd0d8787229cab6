import { wait } from '../../pipeline/backoff.ts'
import type { ByteSource } from './byte-source.ts'
import { Cursor } from './cursor.ts'
import { type FoundFile, openFound } from './found-file.ts'
import { isAmong, liveChange } from './live-change.ts'
import type { LogReading } from './log-reading.ts'
import { marksOf } from './progress.ts'
import { readOn } from './read-on.ts'
import { untilWritten } from './read-rotated.ts'

const NOTHING = Buffer.alloc(0)
/** What is written within so many milliseconds after a reading is read together: else each event costs a request. */
const GATHER_MS = 20

/** Reads the live file and follows it as long as it is the live one. Keeps it open, so that renaming and deleting lose nothing. */
export class LiveReading {
  readonly #log: LogReading
  #source: ByteSource
  #isStray = false

  constructor(log: LogReading, found: FoundFile) {
    this.#log = log
    this.#source = found.source
  }

  /**
   * True when the file was rotated away and read to its end; false when it is to be continued later:
   * with `context.once` at the end of what is there, else because another file has something unread.
   * @throws ContentChanged when it was truncated or overwritten
   */
  async follow(): Promise<boolean> {
    for (;;) {
      await readOn(this.#log, this.#source, false)
      if (this.#log.context.once) {
        await this.#readLastLine()
        return false
      }
      await wait(GATHER_MS, this.#log.signal)
      const change = await this.#nextChange()
      if (change === 'unread file') return false
      if (change === 'rotated' && (await this.#finish())) return true
    }
  }

  /** Closes the file, unless it was read to its end and nobody would find it again: what is still written to it is read too. */
  async close(): Promise<void> {
    const { strays, folder } = this.#log
    await (this.#isStray ? strays.keep(folder.live, this.#source) : this.#source.close())
  }

  /** A last line without newline is taken when it is an event; a torn one may be being written this moment. */
  async #readLastLine(): Promise<void> {
    const { progress, reader, context } = this.#log
    const cursor = progress.now.open?.cursor ?? Cursor.START
    const rest = await reader.read(this.#source, cursor, true)
    rest?.release()
    if (rest === undefined) return
    if (rest.batch.malformed.length === 0) await readOn(this.#log, this.#source, true)
    else context.log.warn(`${this.#source.path} ends within a line, left unread from byte ${cursor.offset}`)
  }

  async #nextChange(): Promise<'written' | 'rotated' | 'unread file'> {
    const { survey, surveyMs, strays, wakeUp, idleMs, signal } = this.#log
    for (;;) {
      signal.throwIfAborted()
      // First, because a file that lost its name must not be closed.
      const change = await liveChange(this.#source)
      if (change === 'rotated') return change
      if (survey.age > surveyMs && (await survey.glance(this.#source))) return 'unread file'
      if (await strays.haveGrown(true)) return 'unread file'
      if (change === 'written' && (await this.#hasGrown())) return change
      await wakeUp.wait(idleMs(), signal)
    }
  }

  /** Whether there is more than before; a file of the same size may have been written anew. */
  async #hasGrown(): Promise<boolean> {
    const before = this.#source.stats.size
    const { offset, tail } = this.#log.progress.now.open?.cursor ?? Cursor.START
    await this.#source.available(offset, Number.POSITIVE_INFINITY)
    if (this.#source.stats.size > before) return true
    await this.#source.read(NOTHING, offset, tail)
    return false
  }

  /** Another file has the name now, or none: reads what was written before that. False when the other one is a copy, to be followed. */
  async #finish(): Promise<boolean> {
    await readOn(this.#log, this.#source, false)
    if (await this.#goOnInCopy()) return false
    await untilWritten(this.#log, this.#source)
    await readOn(this.#log, this.#source, true)
    this.#isStray = !(await isAmong(this.#source, await this.#log.folder.rotated()))
    return true
  }

  /** Goes on in the file that has the name now if it holds the same content. */
  async #goOnInCopy(): Promise<boolean> {
    const { folder, progress } = this.#log
    const marks = marksOf({ others: [], open: progress.now.open })
    const found = await openFound(folder.live, marks).catch(() => undefined)
    if (found === undefined) return false
    if (found.mark === undefined) {
      await found.source.close()
      return false
    }
    await this.#source.close()
    this.#source = found.source
    return true
  }
}
