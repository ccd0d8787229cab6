import type { Cursor } from './cursor.ts'
import type { FoundFile, Look } from './log-folder.ts'
import { type Mark, markOf, markOfUnread } from './mark.ts'

/** How long content must be missing before it counts as gone: a listing may miss a file that is being renamed. */
const ABSENT_MS = 1_000
/** Finished files that are no longer in the folder are remembered up to this number: they may come back compressed. */
const ABSENT_KEPT = 32

interface OpenFile {
  readonly name: string
  readonly head: Buffer
  readonly cursor: Cursor
  readonly size: number
}

/** How far all files of a log were read, at one moment. Immutable. */
export interface Progress {
  readonly others: readonly Mark[]
  readonly open: OpenFile | undefined
}

/** The marks of all files, that of the open one last. */
export function marksOf({ others, open }: Progress): readonly Mark[] {
  const mark = open && openMark(open)
  return mark === undefined ? others : [...others, mark]
}

/** The mark of each state of an open file, made when it is asked for. */
const openMarks = new WeakMap<OpenFile, Mark>()

function openMark(open: OpenFile): Mark | undefined {
  const { name, head, cursor, size } = open
  const known = openMarks.get(open)
  if (known !== undefined) return known
  const mark =
    cursor.offset > 0 ? markOf(cursor, { name, size, ended: false }) : markOfUnread(head, name, size)
  if (mark !== undefined) openMarks.set(open, mark)
  return mark
}

/** Keeps account of what was read of which file of one log, and of what disappeared before it was read. */
export class ProgressKeeper {
  #now: Progress
  readonly #absentSince = new Map<Mark, number>()
  readonly #absentMs: number
  #advancedAt = Number.NEGATIVE_INFINITY

  /** With `isOnce` there is no second look: what is missing in the first one is gone. */
  constructor(marks: readonly Mark[], isOnce: boolean) {
    this.#now = { others: marks, open: undefined }
    this.#absentMs = isOnce ? 0 : ABSENT_MS
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

  /** A file is being read from now on. */
  open({ file, source, head, cursor, mark }: FoundFile): void {
    const others = this.#now.others.filter(other => other !== mark)
    this.#now = { others, open: { name: file.name, head, cursor, size: source.size } }
  }

  /** The open file was read to `cursor`. */
  advance(cursor: Cursor, size: number): void {
    const { others, open } = this.#now
    if (open !== undefined) this.#now = { others, open: { ...open, cursor, size } }
    this.#advancedAt = performance.now()
  }

  /** The open file is left: read to its end for good, or to be continued. Returns its mark. */
  leave(isEnded: boolean): Mark | undefined {
    const { others, open } = this.#now
    const left = open && openMark(open)
    const mark = left && { ...left, ended: isEnded }
    this.#now = { others: mark === undefined ? others : [...others, mark], open: undefined }
    return mark
  }

  /** Takes note of what is in the folder. Returns the marks of content that is gone without having been read to its end. */
  note(look: Look): readonly Mark[] {
    const { others, open } = this.#now
    const seen = others.map(mark => (look.present.has(mark) ? seenAgain(mark, look) : mark))
    const isPresent = (index: number) => look.present.has(others[index] as Mark)
    const gone = !look.isComplete ? [] : this.#gone(seen.filter((mark, i) => !mark.ended && !isPresent(i)))
    const forgotten = seen.filter((mark, i) => mark.ended && !isPresent(i)).slice(0, -ABSENT_KEPT)
    const dropped = new Set([...gone, ...forgotten])
    const found = look.unread
      .filter(file => file.mark === undefined)
      .map(file => markOfUnread(file.head, file.file.name, file.size))
    const all = [...seen, ...look.copies, ...found].filter(
      mark => mark !== undefined && !dropped.has(mark),
    ) as Mark[]
    const isSame = all.length === others.length && all.every((mark, index) => mark === others[index])
    if (!isSame) this.#now = { others: all, open }
    return gone
  }

  #gone(absent: readonly Mark[]): readonly Mark[] {
    const now = performance.now()
    for (const mark of this.#absentSince.keys()) if (!absent.includes(mark)) this.#absentSince.delete(mark)
    for (const mark of absent) if (!this.#absentSince.has(mark)) this.#absentSince.set(mark, now)
    return absent.filter(mark => now - (this.#absentSince.get(mark) ?? now) >= this.#absentMs)
  }
}

/** The mark of content that is still in the folder, brought up to date. */
function seenAgain(mark: Mark, look: Look): Mark {
  const unread = look.unread.find(file => file.mark === mark)
  if (unread !== undefined) return unread.size === mark.size ? mark : { ...mark, size: unread.size }
  return mark.ended || look.live?.mark === mark ? mark : { ...mark, ended: true }
}
