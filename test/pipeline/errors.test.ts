import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodedOrTooLarge, PermanentError } from '../../src/pipeline/errors.ts'

test('what cannot be encoded for want of memory is refused for good, so that a single event becomes a dead letter', () => {
  const encode = () => Buffer.alloc(Number.MAX_SAFE_INTEGER)
  assert.throws(() => encodedOrTooLarge(2 ** 30, encode), {
    name: PermanentError.name,
    message: /^too large to be encoded/,
  })
})

test('of usual size it is tried again: the machine has no memory for the moment', () => {
  assert.throws(() => encodedOrTooLarge(2 ** 20, () => Buffer.alloc(Number.MAX_SAFE_INTEGER)), RangeError)
})

test('any other error of an encoder stays as it is', () => {
  const error = new TypeError('x')
  assert.throws(
    () =>
      encodedOrTooLarge(2 ** 30, () => {
        throw error
      }),
    error,
  )
})
