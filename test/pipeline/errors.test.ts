import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodedOrTooLarge, PermanentError } from '../../src/pipeline/errors.ts'

test('what cannot be encoded for want of memory is refused for good, so that a single event becomes a dead letter', () => {
  const encode = () => Buffer.alloc(Number.MAX_SAFE_INTEGER)
  assert.throws(() => encodedOrTooLarge(encode), {
    name: PermanentError.name,
    message: /^too large to be encoded/,
  })
})

test('any other error of an encoder stays as it is', () => {
  const error = new TypeError('x')
  assert.throws(
    () =>
      encodedOrTooLarge(() => {
        throw error
      }),
    error,
  )
})
