import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describe } from '../../src/pipeline/health.ts'

test('an error is described with its causes', () => {
  const refused = new Error('connect ECONNREFUSED 127.0.0.1:9200')
  assert.equal(
    describe(new Error('cannot reach http://localhost:9200', { cause: refused })),
    'cannot reach http://localhost:9200: connect ECONNREFUSED 127.0.0.1:9200',
  )
})

test('a name of which no address answers is described by what each of them said', () => {
  const all = [new Error('connect ECONNREFUSED ::1:9200'), new Error('connect ECONNREFUSED 127.0.0.1:9200')]
  const cause = new AggregateError(all) // as Node.js has it: without a message
  assert.equal(
    describe(new Error('cannot reach http://localhost:9200', { cause })),
    'cannot reach http://localhost:9200: connect ECONNREFUSED ::1:9200; connect ECONNREFUSED 127.0.0.1:9200',
  )
})
