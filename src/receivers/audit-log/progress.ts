import type { Cursor } from './cursor.ts'
import { type Mark, markOf, markOfUnread } from './mark.ts'
import { belonging, type Sighting } from './sightings.ts'

/** The file that is being read. */
export interface OpenFile {
  readonly name: string
  readonly head: Buffer
  readonly cursor: Cursor
  readonly size: number
  readonly sighting: Sighting
}

/** How far all files of a log were read, at one moment. Immutable. */
export interface Progress {
  readonly others: readonly Mark[]
  readonly open: OpenFile | undefined
  /** How many files were seen until then. */
  readonly seen: number
}

/** The marks of all files, that of the open one last. */
export function marksOf({ others, open }: Pick<Progress, 'others' | 'open'>): readonly Mark[] {
  const mark = open && openMark(open)
  return mark === undefined ? others : [...others, mark]
}

/** The mark of each state of an open file, made when it is asked for. */
const openMarks = new WeakMap<OpenFile, Mark>()

/** The mark of the open file; undefined while too little of it is known. */
export function openMark(open: OpenFile): Mark | undefined {
  const { name, head, cursor, size, sighting } = open
  const known = openMarks.get(open)
  if (known !== undefined) return known
  const mark =
    cursor.offset > 0 ? markOf(cursor, { name, size, ended: false }) : markOfUnread(head, name, size)
  if (mark !== undefined) openMarks.set(open, mark)
  return belonging(mark, sighting)
}
