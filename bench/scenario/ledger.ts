import { crc32 } from 'node:zlib'
import type { Written } from './log-writer.ts'
import { isUnaltered, numberIn } from './numbered-events.ts'

/** What became of the events that were written. */
export interface Verdict {
  /** Different events that came. */
  readonly arrived: number
  /** How many came once more than needed, each time counted. */
  readonly repeats: number
  /** Events that did not come and were there to be read. */
  readonly lost: readonly number[]
  /** Events that did not come because `maxBackups` had deleted them: a gap to be reported, no loss of the reader's. */
  readonly deletedUnread: readonly number[]
  /** Events that came with other bytes than were written. */
  readonly altered: readonly number[]
  /** Events that came again with other bytes or another uid than before. */
  readonly unlike: readonly number[]
  /** Records that hold no numbered event, or one that was never written. */
  readonly strangers: number
}

const SMALLEST = 1 << 16

/** Keeps account of the numbered events that a backend receives, in six bytes an event. */
export class Ledger {
  #times = new Uint16Array(SMALLEST)
  /** A checksum of each event's bytes and uid as they came first. */
  #identities = new Uint32Array(SMALLEST)
  readonly #altered = new Set<number>()
  readonly #unlike = new Set<number>()
  #arrived = 0
  #repeats = 0
  #strangers = 0

  /** Different events that came so far. */
  get arrived(): number {
    return this.#arrived
  }

  /** How many came again so far. */
  get repeats(): number {
    return this.#repeats
  }

  /** Notes a record: the event as it was shipped, and the backend's identity of it where it has one. */
  receive(line: Buffer, uid = ''): void {
    const number = numberIn(line)
    if (number === undefined) {
      this.#strangers++
      return
    }
    this.#growTo(number)
    if (!isUnaltered(line)) this.#altered.add(number)
    const identity = crc32(uid, crc32(line))
    const times = this.#times[number] ?? 0
    this.#times[number] = Math.min(times + 1, 0xffff)
    if (times === 0) {
      this.#arrived++
      this.#identities[number] = identity
      return
    }
    this.#repeats++
    if (this.#identities[number] !== identity) this.#unlike.add(number)
  }

  /** Whether that event came. */
  has(number: number): boolean {
    return (this.#times[number] ?? 0) > 0
  }

  /** Compares with what was written. A torn line is no event: it is not missed. */
  verdict({ events, deleted, torn }: Written): Verdict {
    const isTorn = new Set(torn)
    const isDeleted = new Set<number>()
    for (const { from, to } of deleted) for (let number = from; number <= to; number++) isDeleted.add(number)
    const lost: number[] = []
    const deletedUnread: number[] = []
    for (let number = 1; number <= events; number++) {
      if (this.has(number) || isTorn.has(number)) continue
      if (isDeleted.has(number)) deletedUnread.push(number)
      else lost.push(number)
    }
    return {
      arrived: this.#arrived,
      repeats: this.#repeats,
      lost,
      deletedUnread,
      altered: [...this.#altered],
      unlike: [...this.#unlike],
      strangers: this.#strangers + this.#times.subarray(events + 1).filter(times => times > 0).length,
    }
  }

  #growTo(number: number): void {
    if (number < this.#times.length) return
    const length = 2 ** Math.ceil(Math.log2(number + 1))
    const times = new Uint16Array(length)
    times.set(this.#times)
    this.#times = times
    const identities = new Uint32Array(length)
    identities.set(this.#identities)
    this.#identities = identities
  }
}
