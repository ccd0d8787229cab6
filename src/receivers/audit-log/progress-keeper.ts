import { Absence } from './absence.ts'
import { bytesBehind, type LiveSize, type SightedMark } from './bytes-behind.ts'
import type { Cursor } from './cursor.ts'
import type { FoundFile } from './found-file.ts'
import type { Look } from './log-folder.ts'
import { type Mark, markOfUnread, marksOfHead } from './mark.ts'
import { marksOf, type OpenFile, openMark, type Progress } from './progress.ts'
import type { UnreadFile } from './rotated-examiner.ts'
import { belonging, Sighting, sightingOf } from './sightings.ts'

const NOTHING = Buffer.alloc(0)
/** Finished files that are no longer in the folder are remembered up to this number: they may come back compressed. */
const ABSENT_KEPT = 32

/** Keeps account of what was read of which file of one log, and of what disappeared before it was read. */
export class ProgressKeeper {
  #now: Progress
  #acknowledged: Progress
  /** Files that were not seen yet in the state that is acknowledged. */
  #sightings: Sighting[] = []
  #seen = 0
  readonly #onSighting: () => void
  readonly #absence: Absence
  #advancedAt = Number.NEGATIVE_INFINITY
  /** The live file as it was last seen while another one was read. */
  #live: LiveSize | undefined

  /**
   * With `isOnce` there is no second look: what is missing in the first one is gone. `onSighting` is called when there is
   * something new to save that needs no acknowledgement.
   */
  constructor(marks: readonly Mark[], isOnce: boolean, onSighting: () => void) {
    for (const mark of marks) belonging(mark, this.#sighting())
    this.#now = { others: marks, open: undefined, seen: this.#seen }
    this.#acknowledged = this.#now
    this.#sightings = []
    this.#onSighting = onSighting
    this.#absence = new Absence(isOnce)
  }

  get now(): Progress {
    return this.#now
  }

  /** Milliseconds since something was read. */
  get quietMs(): number {
    return performance.now() - this.#advancedAt
  }

  /** Whether no file has something that is still to be read, as far as is known. */
  get isEnded(): boolean {
    return this.#now.others.every(mark => mark.ended)
  }

  /** Everything up to `progress` is acknowledged. */
  reached(progress: Progress): void {
    this.#acknowledged = progress
    this.#sightings = this.#sightings.filter(({ number }) => number >= progress.seen)
  }

  /** What is acknowledged, and files that were seen since and claim nothing read: when they disappear, that is known after a restart. */
  marksToSave(): readonly Mark[] {
    return this.#toSave().map(({ mark }) => mark)
  }

  #toSave(): SightedMark[] {
    const acknowledged = marksOf(this.#acknowledged).map(mark => {
      const sighting = sightingOf(mark)
      return { mark: sighting === undefined ? mark : sighting.upToDate(mark), sighting }
    })
    const unread = this.#sightings.map(sighting => ({ mark: sighting.unread, sighting }))
    return [...acknowledged, ...unread].flatMap(({ mark, sighting }) =>
      mark === undefined ? [] : [{ mark, sighting }],
    )
  }

  /** Bytes of the log that are there, as far as was seen, and not acknowledged. */
  get bytesBehind(): number {
    return bytesBehind(this.#toSave(), this.#live)
  }

  /** A file is being read from now on. */
  open({ file, source, head, cursor, mark }: FoundFile): void {
    this.#live = undefined
    const others = this.#now.others.filter(other => other !== mark)
    const sighting = (mark && sightingOf(mark)) ?? this.#sighting()
    sighting.see(head, file.name, source.size)
    this.#set(others, { name: file.name, head, cursor, size: source.size, sighting })
    this.#onSighting()
  }

  /** The open file was read to `cursor`. */
  advance(cursor: Cursor, size: number): void {
    const { others, open } = this.#now
    if (open !== undefined) {
      this.#set(others, { ...open, cursor, size })
      if (open.sighting.see(cursor.head, open.name, size)) this.#onSighting()
    }
    this.#advancedAt = performance.now()
  }

  /** The open file has this size, which is to be saved: so much is lost if it disappears. */
  noteSize(size: number): void {
    const { others, open } = this.#now
    if (open === undefined || open.size === size) return
    this.#set(others, { ...open, size })
    open.sighting.see(open.head, open.name, size)
    this.#onSighting()
  }

  /** The open file is left: read to its end for good, or to be continued. Returns its mark: `unreadable` when it has no other. */
  leave(isEnded: boolean, unreadable?: Mark): Mark | undefined {
    const { others, open } = this.#now
    const left = open && openMark(open)
    const mark = belonging(left ? { ...left, ended: isEnded } : unreadable, open?.sighting)
    this.#set(mark === undefined ? others : [...others, mark], undefined)
    return mark
  }

  /** Takes note of what is in the folder. Returns the marks of content that is gone without having been read to its end. */
  note(look: Look): readonly Mark[] {
    const { others, open } = this.#now
    const seen = others.map(mark => (look.present.has(mark) ? seenAgain(mark, look) : mark))
    const isPresent = (index: number) => look.present.has(others[index] as Mark)
    const ofOpen = marksOfHead(open?.cursor.head ?? NOTHING, others).filter(mark => mark.offset === 0)
    const isSuperseded = (mark: Mark) => look.superseded.has(mark) || ofOpen.includes(mark)
    const superseded = seen.filter((_, i) => !isPresent(i) && isSuperseded(others[i] as Mark))
    const missing = seen.filter((mark, i) => !mark.ended && !isPresent(i) && !superseded.includes(mark))
    const gone = look.isComplete ? this.#absence.gone(missing) : []
    const forgotten = seen.filter((mark, i) => mark.ended && !isPresent(i)).slice(0, -ABSENT_KEPT)
    const dropped = new Set([...gone, ...forgotten, ...superseded])
    const found = look.unread.filter(file => file.mark === undefined).map(file => this.#found(file))
    const all = [...seen, ...look.copies, ...found].filter(
      mark => mark !== undefined && !dropped.has(mark),
    ) as Mark[]
    const isSame = all.length === others.length && all.every((mark, index) => mark === others[index])
    for (const mark of [...gone, ...superseded]) sightingOf(mark)?.gone(mark.offset)
    const { live } = look
    this.#live = live && { sighting: live.mark && sightingOf(live.mark), size: live.source.size }
    if (!isSame) {
      this.#set(all, open)
      this.#onSighting()
    }
    return gone
  }

  #set(others: readonly Mark[], open: OpenFile | undefined): void {
    this.#now = { others, open, seen: this.#seen }
  }

  #sighting(): Sighting {
    const sighting = new Sighting(this.#seen++)
    this.#sightings.push(sighting)
    return sighting
  }

  #found({ file, head, size }: UnreadFile): Mark | undefined {
    const mark = markOfUnread(head, file.name, size)
    if (mark === undefined) return undefined
    const sighting = this.#sighting()
    sighting.see(head, file.name, size)
    return belonging(mark, sighting)
  }
}

/** The mark of content that is still in the folder, brought up to date. */
function seenAgain(mark: Mark, look: Look): Mark {
  const sighting = sightingOf(mark)
  const unread = look.unread.find(file => file.mark === mark)
  if (unread !== undefined) {
    sighting?.see(unread.head, unread.file.name, unread.size)
    return unread.size === mark.size
      ? mark
      : belonging({ ...mark, size: unread.size, ended: false }, sighting)
  }
  return mark.ended || look.live?.mark === mark ? mark : belonging({ ...mark, ended: true }, sighting)
}
