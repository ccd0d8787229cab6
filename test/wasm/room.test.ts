import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Room } from '../../src/wasm/room.ts'

const MB = 2 ** 20

/** The sizes of what is made for lines of these lengths. */
function madeFor(lengths: readonly number[]): number[] {
  const made: number[] = []
  const room = new Room(size => made.push(size))
  for (const length of lengths) room.for(length)
  return made
}

test('what is made has room for lines of 4 MiB, and is made once for them', () => {
  assert.deepEqual(madeFor([0, 100, 4 * MB, 1]), [4 * MB])
})

test('longer lines get another one, with room up to the next power of two', () => {
  assert.deepEqual(madeFor([100, 5 * MB, 8 * MB, 6 * MB, 100, 8 * MB, 9 * MB]), [4 * MB, 8 * MB, 16 * MB])
})

test('that is let go after 1,000 usual lines in a row', () => {
  const usual = (count: number) => Array.from({ length: count }, () => 100)
  assert.deepEqual(madeFor([5 * MB, ...usual(999), 5 * MB, ...usual(999)]), [8 * MB])
  assert.deepEqual(madeFor([5 * MB, ...usual(1000)]), [8 * MB, 4 * MB])
})

test('a line for which none can be made changes nothing for the next', () => {
  const room = new Room(size => {
    if (size > 8 * MB) throw new RangeError('no memory')
    return size
  })
  assert.equal(room.for(5 * MB), 8 * MB)
  assert.throws(() => room.for(9 * MB), RangeError)
  assert.equal(room.for(6 * MB), 8 * MB)
})
