import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { Compressor, free } from '../../src/http/compressor.ts'

const PIECE = 128 * 1024
const BODIES = [
  Buffer.alloc(0),
  Buffer.from('{}'),
  ...[4_000, PIECE - 1, PIECE, PIECE + 1, 3_000_000].map(size => randomBytes(size)),
  Buffer.alloc(20_000_000, 'an event like the others'),
]

for (const [compression, decompress] of [
  ['gzip', gunzipSync],
  ['zstd', zstdDecompressSync],
] as const)
  suite(compression, () => {
    test('bodies of all sizes, one after the other, each a whole of its own', async () => {
      const compressor = new Compressor(compression)
      const compressed: Buffer[] = []
      for (const body of [...BODIES, ...BODIES.toReversed()]) compressed.push(await compressor.compress(body))
      for (const [i, body] of [...BODIES, ...BODIES.toReversed()].entries())
        assert.ok(decompress(compressed[i] ?? assert.fail()).equals(body), `${body.length} bytes`)
    })

    test('several at a time', async () => {
      const compressor = new Compressor(compression)
      for (let round = 0; round < 3; round++) {
        const compressed = await Promise.all(BODIES.map(body => compressor.compress(body)))
        for (const [i, body] of BODIES.entries())
          assert.ok(decompress(compressed[i] ?? assert.fail()).equals(body), `${body.length} bytes`)
      }
    })

    test('what is freed leaves the others as they are', async () => {
      const compressor = new Compressor(compression)
      const [freed, kept] = [await compressor.compress(BODIES[1] as Buffer), randomBytes(100_000)]
      const compressed = await compressor.compress(kept)
      free(freed)
      free(await compressor.compress(BODIES[6] as Buffer))
      assert.ok(decompress(compressed).equals(kept))
      assert.ok(decompress(await compressor.compress(kept)).equals(kept))
    })
  })

test('none leaves a body as it is', async () => {
  const body = randomBytes(10)
  assert.equal(await new Compressor('none').compress(body), body)
})
