import { readRange } from './byte-source.ts'
import { Cursor, TAIL_LENGTH } from './cursor.ts'
import type { FoundFile } from './found-file.ts'
import { type Mark, markOf } from './mark.ts'

/**
 * When a rotated file is a copy of the live one as it was when it was shorter, and the live one was read further:
 * the mark that says that all of the copy was read. Somebody may copy the log under such a name.
 */
export async function markOfCopy(rotated: FoundFile, live: FoundFile | undefined): Promise<Mark | undefined> {
  const { file, source, head, mark, unread } = rotated
  const end = source.size
  if (live === undefined || file.compressed || end === 0 || end > live.cursor.offset) return undefined
  if (mark !== undefined && (unread || mark !== live.mark)) return undefined
  if (!live.head.subarray(0, head.length).equals(head)) return undefined
  const length = Math.min(TAIL_LENGTH, end)
  const tail = await readRange(source, end - length, length)
  if (!tail.equals(await readRange(live.source, end - length, length))) return undefined
  return markOf(new Cursor(end, head, tail), { name: file.name, size: end, ended: true })
}
