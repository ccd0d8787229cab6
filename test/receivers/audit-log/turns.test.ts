import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from '../../../src/receivers/audit-log/turns.ts'

test('places are given in the order of asking, never to somebody who comes back at once', async t => {
  const turns = new Turns(1)
  const got: string[] = []
  const ask = async (who: object, name: string) => {
    if (await turns.take(who, 60_000, t.signal)) got.push(name)
  }
  const [a, b, c] = [{}, {}, {}]
  await ask(a, 'a')
  const waiting = [ask(b, 'b'), ask(c, 'c')]
  turns.give()
  waiting.push(ask(a, 'a'))
  turns.give()
  turns.give()
  await Promise.all(waiting)
  assert.deepEqual(got, ['a', 'b', 'c', 'a'])
})

test('whoever asks again after having waited in vain is before those who asked later', async t => {
  const turns = new Turns(1)
  const [a, b, c] = [{}, {}, {}]
  await turns.take(a, 0, t.signal)
  assert.equal(await turns.take(b, 1, t.signal), false)
  const later = turns.take(c, 60_000, t.signal)
  const again = turns.take(b, 60_000, t.signal)
  const first = Promise.race([later.then(() => 'c'), again.then(() => 'b')])
  turns.give()
  assert.equal(await first, 'b')
  turns.give()
  assert.equal(await later, true)
})

test('a place goes past somebody who is not waiting this moment', async t => {
  const turns = new Turns(1)
  const [a, b, c] = [{}, {}, {}]
  await turns.take(a, 0, t.signal)
  assert.equal(await turns.take(b, 1, t.signal), false)
  turns.give()
  assert.equal(await turns.take(c, 0, t.signal), true)
  assert.equal(await turns.take(b, 1, t.signal), false)
})

test('no more places are given than there are', async t => {
  const turns = new Turns(2)
  const taken = await Promise.all([{}, {}, {}].map(who => turns.take(who, 1, t.signal)))
  assert.deepEqual(taken, [true, true, false])
})

test('waiting ends when the signal aborts', async () => {
  const turns = new Turns(0)
  const stopping = new AbortController()
  const waiting = turns.take({}, 60_000, stopping.signal)
  stopping.abort()
  assert.equal(await waiting, false)
  assert.equal(await turns.take({}, 60_000, stopping.signal), false)
})
