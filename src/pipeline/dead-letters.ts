import { statSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type BackoffLimits, backoffMs, DEFAULT_BACKOFF, wait } from './backoff.ts'
import type { DeadLetter } from './dead-letter.ts'
import { lineOf } from './dead-letter-line.ts'
import { describe, type Failure } from './health.ts'
import type { Log } from './log.ts'
import { makeFolder, syncFolder } from './sync-folder.ts'

const NEWLINE = 0x0a
/** For so long after a letter the file counts as growing, in milliseconds. */
const GROWING_MS = 300_000

/** The dead-letter file of one pipeline: JSON lines, appended and synced. `auditship replay` empties it. */
export class DeadLetters {
  readonly path: string
  readonly #pipeline: string
  readonly #maxBytes: number
  readonly #log: Log
  readonly #backoff: BackoffLimits
  #last: Promise<void> = Promise.resolve()
  /** Why the file cannot be written. */
  #blockage: Failure | undefined
  #growth: (Failure & { readonly lastAt: number }) | undefined

  constructor(path: string, pipeline: string, maxBytes: number, log: Log, backoff = DEFAULT_BACKOFF) {
    this.path = path
    this.#pipeline = pipeline
    this.#maxBytes = maxBytes
    this.#log = log
    this.#backoff = backoff
  }

  /** The size at which delivery waits, in bytes. */
  get maxSize(): number {
    return this.#maxBytes
  }

  /** Size of the file in bytes; 0 when there is none. */
  async size(): Promise<number> {
    return (await stat(this.path).catch(() => undefined))?.size ?? 0
  }

  /** Why an operator should look here: the file cannot be written, or has letters that came in within the last five minutes. */
  get failure(): Failure | undefined {
    if (this.#growth !== undefined) {
      const isGrowing = Date.now() - this.#growth.lastAt < GROWING_MS
      if (!isGrowing || isEmpty(this.path)) this.#growth = undefined
    }
    return this.#blockage ?? this.#growth
  }

  /**
   * Resolves when all letters are on disk. Waits, saying so, while the file is full or cannot be written.
   * @throws the signal's reason once it aborts; the letters may then be written or not
   */
  write(letters: readonly DeadLetter[], signal: AbortSignal): Promise<void> {
    if (letters.length === 0) return Promise.resolve()
    const lines = Buffer.from(letters.map(letter => lineOf(letter, this.#pipeline)).join(''))
    const turn = this.#last.then(() => this.#writeWhenPossible(lines, letters, signal))
    this.#last = turn.catch(() => {})
    return turn
  }

  async #writeWhenPossible(
    lines: Buffer,
    letters: readonly DeadLetter[],
    signal: AbortSignal,
  ): Promise<void> {
    for (let failures = 0; ; failures++) {
      signal.throwIfAborted()
      const problem = await this.#append(lines).then(
        () => undefined,
        (error: unknown) => describe(error),
      )
      if (problem === undefined) break
      const reason = `cannot write dead letters to ${this.path}, delivery waits and nothing is lost: ${problem}`
      this.#blockage = { since: this.#blockage?.since ?? Date.now(), reason }
      this.#log.error(reason)
      await wait(backoffMs(failures, this.#backoff), signal)
    }
    this.#blockage = undefined
    this.#grown(letters)
  }

  #grown(letters: readonly DeadLetter[]): void {
    const now = Date.now()
    const some = (texts: readonly string[]) => [...new Set(texts)].slice(0, 3).join('; ')
    const [first] = letters
    const where = first === undefined ? '' : ` (the first: byte ${first.offset} of ${first.source})`
    const summary = `${letters.length} undeliverable event(s)${where} kept in ${this.path} with the whole reason; ${adviceFor(letters)}`
    const reason = `${summary}: ${some(letters.map(letter => letter.reason))}`
    const shown = `${summary}: ${some(letters.map(loggedReason))}`
    this.#log.error(shown)
    this.#growth = { since: this.failure?.since ?? now, lastAt: now, reason, summary: shown }
  }

  /** All of `lines` or nothing: what a failed write left behind is cut off again. */
  async #append(lines: Buffer): Promise<void> {
    await makeFolder(dirname(this.path))
    const file = await open(this.path, 'a+', 0o600)
    try {
      const { size, ino } = await file.stat()
      if (size > 0 && size + lines.length > this.#maxBytes) {
        throw new Error(
          `the file holds ${size} bytes and its limit is ${this.#maxBytes} (service.deadLetters.maxSize); run \`auditship replay\` or remove it`,
        )
      }
      try {
        // A crash can leave half a line: end it, so that only that one is lost to `replay`.
        const torn = size > 0 && (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] !== NEWLINE
        await file.appendFile(torn ? Buffer.concat([Buffer.from([NEWLINE]), lines]) : lines)
        await file.sync()
        if (size === 0) await syncFolder(dirname(this.path))
      } catch (error) {
        await file.truncate(size).catch(() => {})
        throw error
      }
      // `replay` may have renamed the file away in between and not see these lines: a repeat is better than a loss.
      const now = await stat(this.path).catch(() => undefined)
      if (now?.ino !== ino) throw new Error('the file was moved while it was written')
    } finally {
      await file.close()
    }
  }
}

/** Whether the file was moved away, replayed or emptied. One look at a time: nobody can wait for a getter. */
function isEmpty(path: string): boolean {
  try {
    return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0
  } catch {
    return false
  }
}

/** An exporter's reason is in the words of its backend, which may quote the event: these are in the file only. */
function loggedReason({ exporter, reason, summary }: DeadLetter): string {
  return exporter === undefined ? reason : (summary ?? `refused by ${exporter}`)
}

function adviceFor(letters: readonly DeadLetter[]): string {
  return letters.some(({ exporter }) => exporter !== undefined)
    ? 'repair the cause, then run `auditship replay`'
    : 'look at them and move the file away: `auditship replay` delivers only what has become deliverable'
}
