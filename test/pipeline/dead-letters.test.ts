import assert from 'node:assert/strict'
import { appendFile, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import type { DeadLetterRecord } from '../../src/pipeline/dead-letter-line.ts'
import { DeadLetters } from '../../src/pipeline/dead-letters.ts'
import type { Log } from '../../src/pipeline/log.ts'
import { countSyncs } from '../count-syncs.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'

const NEVER = new AbortController().signal
const BACKOFF = { initialMs: 1, maxMs: 5 }
const letter = (text: string) => ({ reason: 'refused', source: 'x', offset: 0, raw: Buffer.from(text) })

function recordingLog(): Log & { readonly errors: string[] } {
  const errors: string[] = []
  return { errors, debug() {}, info() {}, warn() {}, error: message => void errors.push(message) }
}

async function read(path: string): Promise<DeadLetterRecord[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter(Boolean)
  return lines.map(line => JSON.parse(line) as DeadLetterRecord)
}

suite('the dead-letter file', () => {
  test('each write is synced, and the folders too when they or the file are new', async t => {
    const letters = new DeadLetters(join(await tempDir(t), 'new', 'dead.jsonl'), 'p', 1e9, recordingLog())
    const syncs = await countSyncs(t)
    await letters.write([letter('a')], NEVER)
    assert.equal(syncs(), 3)
    await letters.write([letter('b')], NEVER)
    assert.equal(syncs(), 4)
  })

  test('letters written side by side are all there, each a line', async t => {
    const path = join(await tempDir(t), 'deep', 'er', 'dead.jsonl')
    const letters = new DeadLetters(path, 'p', 1e9, recordingLog())
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => letters.write([letter(`a${i}`), letter(`b${i}`)], NEVER)),
    )
    assert.equal(new Set((await read(path)).map(({ event }) => event)).size, 100)
  })

  test('half a line left by a crash costs no other letter', async t => {
    const path = join(await tempDir(t), 'dead.jsonl')
    await writeFile(path, '{"time":"2026-')
    await new DeadLetters(path, 'p', 1e9, recordingLog()).write([letter('next')], NEVER)
    const [torn, whole] = (await readFile(path, 'utf8')).split('\n')
    assert.equal(torn, '{"time":"2026-')
    assert.equal(JSON.parse(whole ?? '').event, 'next')
  })

  test('when it is full, writing waits and says so, and goes on when there is room', async t => {
    const path = join(await tempDir(t), 'dead.jsonl')
    const log = recordingLog()
    const letters = new DeadLetters(path, 'p', 200, log, BACKOFF)
    await letters.write([letter('first')], NEVER)
    const second = letters.write([letter('x'.repeat(100))], NEVER)
    await waitUntil(() => log.errors.some(text => /limit is 200/.test(text)), 'it says that it is full')
    assert.equal((await read(path)).length, 1)
    await rm(path)
    await second
    assert.equal((await read(path)).length, 1)
  })

  test('one letter larger than the limit is kept all the same', async t => {
    const path = join(await tempDir(t), 'dead.jsonl')
    await new DeadLetters(path, 'p', 10, recordingLog()).write([letter('x'.repeat(100))], NEVER)
    assert.equal((await read(path)).length, 1)
  })

  test('where it cannot be written, writing waits until it can', async t => {
    const dir = await tempDir(t)
    const path = join(dir, 'dir', 'dead.jsonl')
    await writeFile(join(dir, 'dir'), 'a file in the way')
    const log = recordingLog()
    const letters = new DeadLetters(path, 'p', 1e9, log, BACKOFF)
    const writing = letters.write([letter('a')], NEVER)
    await waitUntil(() => log.errors.length > 1, 'two attempts')
    assert.match(log.errors[0] ?? '', /cannot write dead letters to .*nothing is lost/)
    assert.equal(letters.failure?.reason, log.errors[0])
    await rename(join(dir, 'dir'), join(dir, 'other'))
    await writing
    assert.equal((await read(path)).length, 1)
    assert.match(letters.failure?.reason ?? '', /undeliverable/)
  })

  test('what an exporter says of an event is in the file, and in the log only what it says may be', async t => {
    const path = join(await tempDir(t), 'dead.jsonl')
    const log = recordingLog()
    const letters = new DeadLetters(path, 'p', 1e9, log)
    const quoting = { ...letter('a'), exporter: 'otlp', reason: '400: cannot take "hunter2"' }
    await letters.write([quoting, { ...quoting, summary: 'answered 400' }, letter('b')], NEVER)
    assert.match(log.errors[0] ?? '', /: refused by otlp; answered 400; refused$/)
    const [first] = await read(path)
    assert.equal(first?.reason, '400: cannot take "hunter2"')
    assert.ok(!('summary' in (first ?? {})))
  })

  test('it is a failure while it grows and for five minutes after that', async t => {
    const letters = new DeadLetters(join(await tempDir(t), 'dead.jsonl'), 'p', 1e9, recordingLog())
    const failure = () => letters.failure
    assert.equal(failure(), undefined)
    const begin = Date.parse('2026-11-21T12:00:00Z')
    t.mock.timers.enable({ apis: ['Date'], now: begin })
    await letters.write([letter('a')], NEVER)
    t.mock.timers.setTime(begin + 200_000)
    await letters.write([letter('b')], NEVER)
    t.mock.timers.setTime(begin + 499_000)
    assert.equal(failure()?.since, begin)
    assert.match(failure()?.reason ?? '', /^1 undeliverable event.*auditship replay.*refused$/)
    t.mock.timers.setTime(begin + 501_000)
    assert.equal(failure(), undefined)
  })

  const repairs: [title: string, repair: (path: string) => Promise<void>][] = [
    ['moved away', path => rename(path, `${path}.old`)],
    ['deleted', path => rm(path)],
    ['emptied', path => writeFile(path, '')],
  ]
  for (const [title, repair] of repairs)
    test(`it is no failure once the file is ${title}, and again one when letters come in`, async t => {
      const path = join(await tempDir(t), 'dead.jsonl')
      const letters = new DeadLetters(path, 'p', 1e9, recordingLog())
      const failure = () => letters.failure
      await letters.write([letter('a')], NEVER)
      assert.match(failure()?.reason ?? '', /undeliverable/)
      await repair(path)
      assert.equal(failure(), undefined)
      await letters.write([letter('b')], NEVER)
      assert.match(failure()?.reason ?? '', /undeliverable/)
    })

  test('waiting ends when the agent stops', async t => {
    const path = join(await tempDir(t), 'dead.jsonl')
    await appendFile(path, 'x'.repeat(50))
    const stopping = new AbortController()
    const writing = new DeadLetters(path, 'p', 10, recordingLog(), BACKOFF).write(
      [letter('a')],
      stopping.signal,
    )
    stopping.abort(new Error('stop'))
    await assert.rejects(writing, /stop/)
  })
})
