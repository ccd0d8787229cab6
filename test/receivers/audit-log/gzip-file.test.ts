import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readRange } from '../../../src/receivers/audit-log/byte-source.ts'
import { GzipFile } from '../../../src/receivers/audit-log/gzip-file.ts'

const CONTENT = Buffer.from(randomBytes(1_000_000).toString('hex'))

async function open(t: TestContext, bytes: Buffer): Promise<GzipFile> {
  const folder = await mkdtemp(join(tmpdir(), 'gzip-file-'))
  const path = join(folder, 'file.gz')
  await writeFile(path, bytes)
  const file = await GzipFile.open(path)
  t.after(async () => {
    await file.close()
    await rm(folder, { recursive: true })
  })
  return file
}

test('every range reads the same as from the uncompressed bytes, forwards, backwards and past the end', async t => {
  const file = await open(t, gzipSync(CONTENT))
  const ranges = [
    [0, 4096],
    [1_500_000, 1000],
    [1_500_500, 400_000],
    [3, 10],
    [0, CONTENT.length + 5],
    [1_999_990, 100],
    [CONTENT.length, 10],
    [0, 1],
  ] as const
  for (const [offset, length] of ranges)
    assert.deepEqual(await readRange(file, offset, length), CONTENT.subarray(offset, offset + length))
  assert.equal(await file.whyNoEnd(), undefined)
})

test('several members in one file are one content', async t => {
  const middle = CONTENT.length >> 1
  const members = [gzipSync(CONTENT.subarray(0, middle)), gzipSync(CONTENT.subarray(middle))]
  const file = await open(t, Buffer.concat(members))
  assert.deepEqual(await readRange(file, 0, CONTENT.length + 1), CONTENT)
  assert.equal(await file.whyNoEnd(), undefined)
})

const CUT = [
  { title: 'in the middle', length: 300_000, atLeast: 300_000 },
  { title: 'before its trailer', length: -8, atLeast: CONTENT.length },
  { title: 'in its trailer', length: -1, atLeast: CONTENT.length },
  { title: 'in its header', length: 5, atLeast: 0 },
  { title: 'to nothing', length: 0, atLeast: 0 },
]

for (const { title, length, atLeast } of CUT)
  test(`a file cut off ${title} gives all that is in it and says that it is incomplete`, async t => {
    const file = await open(t, gzipSync(CONTENT).subarray(0, length))
    const found = await readRange(file, 0, CONTENT.length)
    assert.ok(found.length >= atLeast)
    assert.deepEqual(found, CONTENT.subarray(0, found.length))
    assert.match(String(await file.whyNoEnd()), /unexpected end of file/)
  })

test('a file that is no gzip says so', async t => {
  const file = await open(t, CONTENT)
  assert.equal((await readRange(file, 0, 10)).length, 0)
  assert.match(String(await file.whyNoEnd()), /incorrect header check/)
})
