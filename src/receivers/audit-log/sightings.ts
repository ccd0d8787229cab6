import { type Mark, markOfUnread } from './mark.ts'

/** One file of a log, from when it was first seen. Its marks change while it is read, renamed and compressed. */
export class Sighting {
  /** How many files of the log were seen before it. */
  readonly number: number
  #unread: Mark | undefined
  #size = 0
  #goneAt: number | undefined

  constructor(number: number) {
    this.number = number
  }

  /** The file with these first bytes has this size now. True when they are enough, for the first time, to know it again. */
  see(head: Buffer, name: string, size: number): boolean {
    this.#size = size
    if (this.#unread !== undefined) return false
    this.#unread = markOfUnread(head, name, size)
    return this.#unread !== undefined
  }

  /** It disappeared and that was reported, when it was read to `offset`. */
  gone(offset: number): void {
    this.#goneAt = offset
  }

  /** What may be saved while nothing of it is acknowledged: the mark that claims nothing read; undefined when it is gone. */
  get unread(): Mark | undefined {
    return this.#unread && this.upToDate(this.#unread)
  }

  /** An acknowledged mark of the file with the size known now; undefined when all that is unread after it was reported as gone. */
  upToDate(mark: Mark): Mark | undefined {
    if (this.#goneAt === mark.offset) return undefined
    return mark.ended || this.#size <= mark.size ? mark : { ...mark, size: this.#size }
  }
}

const sightings = new WeakMap<Mark, Sighting>()

/** Whose mark it is. */
export function sightingOf(mark: Mark): Sighting | undefined {
  return sightings.get(mark)
}

/** Notes whose mark it is, and returns it. */
export function belonging<M extends Mark | undefined>(mark: M, sighting: Sighting | undefined): M {
  if (mark !== undefined && sighting !== undefined) sightings.set(mark, sighting)
  return mark
}
