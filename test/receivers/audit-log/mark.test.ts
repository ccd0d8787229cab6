import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { ByteSource } from '../../../src/receivers/audit-log/byte-source.ts'
import { readRange } from '../../../src/receivers/audit-log/byte-source.ts'
import { Cursor, HEAD_LENGTH } from '../../../src/receivers/audit-log/cursor.ts'
import { GzipFile } from '../../../src/receivers/audit-log/gzip-file.ts'
import { findMark, type Mark, markOf } from '../../../src/receivers/audit-log/mark.ts'
import { PlainFile } from '../../../src/receivers/audit-log/plain-file.ts'
import { lines } from './harness.ts'

const CONTENT = Buffer.from(lines(1, 100))
const OTHER_END = Buffer.concat([CONTENT.subarray(0, 10_000), Buffer.from(lines(500, 550))])

const markAt = (content: Buffer, offset: number): Mark =>
  markOf(Cursor.START.after(content.subarray(0, offset)), { name: 'x', size: content.length, ended: false })

interface Row {
  readonly title: string
  readonly content: Buffer
  readonly marks: readonly Mark[]
  readonly expected: number | undefined
}

const ROWS: readonly Row[] = [
  { title: 'the same content', content: CONTENT, marks: [markAt(CONTENT, 20_000)], expected: 20_000 },
  {
    title: 'all of it',
    content: CONTENT,
    marks: [markAt(CONTENT, CONTENT.length)],
    expected: CONTENT.length,
  },
  { title: 'the first line only', content: CONTENT, marks: [markAt(CONTENT, 500)], expected: 500 },
  {
    title: 'the furthest of several marks that fit',
    content: CONTENT,
    marks: [markAt(CONTENT, 500), markAt(CONTENT, 20_000), markAt(CONTENT, 9_000)],
    expected: 20_000,
  },
  { title: 'not another end', content: OTHER_END, marks: [markAt(CONTENT, 20_000)], expected: undefined },
  {
    title: 'a mark before the ends part',
    content: OTHER_END,
    marks: [markAt(CONTENT, 20_000), markAt(CONTENT, 9_000)],
    expected: 9_000,
  },
  {
    title: 'not a shorter file',
    content: CONTENT.subarray(0, 9_000),
    marks: [markAt(CONTENT, 9_001)],
    expected: undefined,
  },
  {
    title: 'not another beginning',
    content: CONTENT.subarray(1),
    marks: [markAt(CONTENT, 9_000)],
    expected: undefined,
  },
  {
    title: 'not an empty file',
    content: Buffer.alloc(0),
    marks: [markAt(CONTENT, 500)],
    expected: undefined,
  },
]

async function open(t: TestContext, content: Buffer, compressed: boolean): Promise<ByteSource> {
  const folder = await mkdtemp(join(tmpdir(), 'mark-'))
  const path = join(folder, 'file')
  await writeFile(path, compressed ? gzipSync(content) : content)
  const source = compressed ? await GzipFile.open(path) : await PlainFile.open(path)
  t.after(async () => {
    await source.close()
    await rm(folder, { recursive: true })
  })
  return source
}

for (const compressed of [false, true])
  for (const { title, content, marks, expected } of ROWS)
    test(`recognised in a ${compressed ? 'compressed' : 'plain'} file: ${title}`, async t => {
      const source = await open(t, content, compressed)
      const found = await findMark(source, await readRange(source, 0, HEAD_LENGTH), marks)
      assert.equal(found?.cursor.offset, expected)
      assert.equal(found?.mark.offset, expected)
    })
