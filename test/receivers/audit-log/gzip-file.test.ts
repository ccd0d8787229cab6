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

const WHOLE = gzipSync(CONTENT)

const ENDINGS = [
  { title: 'an empty member', ending: gzipSync(''), garbage: 0 },
  { title: 'NUL bytes', ending: Buffer.alloc(100_000), garbage: 0 },
  { title: 'what is no gzip', ending: Buffer.from('garbage!'), garbage: 8 },
  { title: 'NUL bytes and what is no gzip', ending: Buffer.from('\0\0\0\0garbage!'), garbage: 12 },
]

for (const { title, ending, garbage } of ENDINGS)
  test(`a file that ends with ${title} gives all that is before, as a complete one`, async t => {
    const file = await open(t, Buffer.concat([WHOLE, ending]))
    assert.deepEqual(await readRange(file, 0, CONTENT.length + 10), CONTENT)
    assert.equal(await file.whyNoEnd(), undefined)
    assert.equal(file.garbage, garbage)
  })

test('a damaged file gives everything before the damage, to the byte, however it is read', async t => {
  const at = WHOLE.length >> 1
  const file = await open(t, Buffer.from(WHOLE).fill(0xff, at, at + 100))
  const cut = await open(t, WHOLE.subarray(0, at))
  const before = await readRange(cut, 0, CONTENT.length)
  const found = await readRange(file, 0, CONTENT.length)
  assert.ok(before.length > 900_000)
  assert.deepEqual(found.subarray(0, before.length), before)
  assert.deepEqual(await readRange(file, 1000, 10), CONTENT.subarray(1000, 1010))
  assert.equal((await readRange(file, 0, CONTENT.length)).length, found.length)
  assert.match(String(await file.whyNoEnd()), /in(valid|correct)/)
  assert.equal(await file.lostAfter(before.length), CONTENT.length - before.length)
})

test('what is lost is not known when the trailer is none, or that of the last of several members', async t => {
  const at = WHOLE.length >> 1
  const damaged = Buffer.from(WHOLE).fill(0xff, at, at + 100)
  for (const ending of [Buffer.from('garbage!'), gzipSync(CONTENT)]) {
    const file = await open(t, Buffer.concat([damaged, ending]))
    const { length } = await readRange(file, 0, CONTENT.length)
    assert.equal(await file.lostAfter(length), undefined)
  }
})

test('a file says whether it has one member only', async t => {
  assert.equal(await (await open(t, WHOLE)).hasOneMember(), true)
  const [many, between] = [Buffer.alloc(300_000, 'x'), Buffer.from('x')]
  assert.equal(await (await open(t, Buffer.concat([WHOLE, gzipSync(between)]))).hasOneMember(), false)
  // The header lies across two readings.
  for (const length of [256 * 1024 - 12, 256 * 1024 - 5, 256 * 1024 + 1]) {
    const file = await open(t, Buffer.concat([many.subarray(0, length), gzipSync(between)]))
    assert.equal(await file.hasOneMember(), false)
  }
})
