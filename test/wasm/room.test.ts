import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Room } from '../../src/wasm/room.ts'

const MB = 2 ** 20

test('a memory has room for lines of 4 MiB, and is made once for them', () => {
  const room = new Room()
  assert.deepEqual(
    [1, 100, 4 * MB, 0].map(length => room.changesFor(length)),
    [true, false, false, false],
  )
  assert.equal(room.size, 4 * MB)
})

test('longer lines get a larger one, which lines up to the next power of two fit in', () => {
  const room = new Room()
  assert.deepEqual(
    [5 * MB, 8 * MB, 6 * MB, 100, 8 * MB].map(length => room.changesFor(length)),
    [true, false, false, false, false],
  )
  assert.equal(room.size, 8 * MB)
})

test('it is let go after 1,000 usual lines in a row', () => {
  const room = new Room()
  room.changesFor(5 * MB)
  for (let line = 1; line < 1000; line++) assert.equal(room.changesFor(100), false)
  room.changesFor(5 * MB)
  for (let line = 1; line < 1000; line++) assert.equal(room.changesFor(100), false)
  assert.equal(room.changesFor(100), true)
  assert.equal(room.size, 4 * MB)
})
