import { createHash } from 'node:crypto'
import * as z from 'zod'
import { type ByteSource, readRange } from './byte-source.ts'
import { Cursor, HEAD_LENGTH, TAIL_LENGTH } from './cursor.ts'
import { GzipFile } from './gzip-file.ts'

const hashedBytes = (most: number) =>
  z.object({ length: z.int().min(0).max(most), sha256: z.base64().length(44) })

/** A `Mark` in the checkpoint file. */
export const markSchema = z.object({
  /** The file's name when it was last seen, for messages only. */
  name: z.string(),
  /** The first bytes of the content. */
  head: hashedBytes(HEAD_LENGTH),
  /** Everything before it was read. */
  offset: z.int().min(0),
  /** The bytes just before `offset`; empty when nothing was read. */
  tail: hashedBytes(TAIL_LENGTH),
  /** Size of the content when it was last seen: `size - offset` bytes are lost when it disappears. */
  size: z.int().min(0),
  /** The file was rotated away and read to its end: when it disappears nothing is lost. */
  ended: z.boolean(),
})

/**
 * What was read, recognised by its content: names change by rotation, inodes are used again at once,
 * and the content survives renaming, copying and compressing.
 */
export type Mark = Readonly<z.infer<typeof markSchema>>

/** The mark of a file read to `cursor`. */
export function markOf(cursor: Cursor, file: Pick<Mark, 'name' | 'size' | 'ended'>): Mark {
  const { name, size, ended } = file
  return { name, head: hashed(cursor.head), offset: cursor.offset, tail: hashed(cursor.tail), size, ended }
}

/** Fewer bytes may be alike in two files: every event begins with the same ones, the auditID ends before these. */
const SHORTEST_UNREAD = 256

/** The mark of a file that was seen and not read yet; undefined when too little is in it to know it again. */
export function markOfUnread(head: Buffer, name: string, size: number): Mark | undefined {
  if (head.length < SHORTEST_UNREAD) return undefined
  return { name, head: hashed(head), offset: 0, tail: hashed(Buffer.alloc(0)), size, ended: false }
}

/** The mark of a compressed file of which nothing can be read; another way than by its bytes as they are it is not known again. */
export function markOfUnreadable(source: ByteSource, name: string): Mark | undefined {
  if (!(source instanceof GzipFile)) return undefined
  const head = { length: 0, sha256: sha256(source.compressedHead) }
  return { name, head, offset: 0, tail: hashed(Buffer.alloc(0)), size: source.size, ended: true }
}

/** A mark that fits a file's content, and where to go on reading. */
export interface Match {
  readonly mark: Mark
  readonly cursor: Cursor
  /** Other marks of the same content, which claim nothing read: it was seen under two names before it was known to be one. */
  readonly twins: readonly Mark[]
}

/** The furthest of `marks` that fits the content of `source`, whose first bytes are `head`. */
export async function findMark(
  source: ByteSource,
  head: Buffer,
  marks: readonly Mark[],
): Promise<Match | undefined> {
  const fitting = marksOfHead(head, marks).sort((a, b) => b.offset - a.offset)
  for (const mark of fitting) {
    const twins = fitting.filter(other => other !== mark && other.offset === 0)
    if (source instanceof GzipFile && (await isCompressedWhole(source, mark)))
      return { mark, cursor: new Cursor(mark.offset, head, Buffer.alloc(0)), twins }
    const tail = await readRange(source, mark.offset - mark.tail.length, mark.tail.length)
    if (!isHashOf(mark.tail, tail)) continue
    return {
      mark,
      cursor: new Cursor(mark.offset, head.subarray(0, Math.min(HEAD_LENGTH, mark.offset)), tail),
      twins,
    }
  }
  const unreadable = markOfUnreadable(source, '')?.head.sha256
  const mark = marks.find(({ head: { length, sha256: hash } }) => length === 0 && hash === unreadable)
  return mark && { mark, cursor: Cursor.START, twins: [] }
}

/** Those of `marks` whose first bytes are those of `head`. */
export function marksOfHead(head: Buffer, marks: readonly Mark[]): Mark[] {
  const hashes = new Map<number, string>()
  return marks.filter(({ head: { length, sha256: expected } }) => {
    if (length === 0 || length > head.length) return false
    const hash = hashes.get(length) ?? sha256(head.subarray(0, length))
    hashes.set(length, hash)
    return hash === expected
  })
}

/** Whether the `.gz` holds what was read, no more and no less: known from its trailer, without decompressing it. */
export async function isCompressedWhole(source: GzipFile, mark: Mark): Promise<boolean> {
  return mark.offset > 0 && mark.offset % 2 ** 32 === source.size && (await source.hasOneMember())
}

function hashed(bytes: Buffer): Mark['head'] {
  return { length: bytes.length, sha256: sha256(bytes) }
}

function isHashOf(expected: Mark['head'], bytes: Buffer): boolean {
  return expected.length === bytes.length && expected.sha256 === sha256(bytes)
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64')
