import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Bytes } from '../../src/query/logs/bytes.ts'
import { MAX_LINE } from '../../src/query/logs/line-chunks.ts'
import { logMemory } from '../../src/query/logs/needle-finder.ts'
import type { Needles } from '../../src/query/logs/needles.ts'
import { readLog } from '../../src/query/logs/read-log.ts'

const event = (id: string, more: object = {}) =>
  JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: id,
    stage: 'ResponseComplete',
    ...more,
  })

/** Auth IDs found, and what was told of lines that are no events. */
async function read(content: string | Buffer, needles: readonly Needles[] = [], pieceSize = 100_000) {
  const all = Buffer.from(content)
  let at = 0
  const bytes: Bytes = {
    name: 'audit.log',
    async read(target) {
      const count = all.copy(target, 0, at, Math.min(all.length, at + pieceSize))
      at += count
      return count
    },
    whyNoEnd: async () => undefined,
    close: async () => {},
  }
  const ids: (string | undefined)[] = []
  const malformed: string[] = []
  let progress = 0
  await readLog(
    bytes,
    logMemory(needles),
    {
      event: found => ids.push(found.auditID),
      malformed: ({ source, offset }, reason) => malformed.push(`${source} ${offset} ${reason}`),
      progress: count => {
        progress += count
      },
    },
    new AbortController().signal,
  )
  assert.equal(progress, all.length)
  return { ids, malformed }
}

suite('reading a log', () => {
  const [a, b, c] = [event('a'), event('b', { verb: 'x'.repeat(3000) }), event('c')]
  for (const pieceSize of [1, 7, 1000, 1e6]) {
    test(`events that come in pieces of ${pieceSize} bytes are found whole`, async () => {
      const { ids, malformed } = await read(`${a}\n${b}\n\n${c}\n`, [], pieceSize)
      assert.deepEqual([ids, malformed], [['a', 'b', 'c'], []])
    })
  }

  test('lines that lie across the borders of what is read at once are found whole', async () => {
    const many = Array.from({ length: 900 }, (_, i) =>
      event(String(i), { verb: 'y'.repeat(5_000 + (i % 17)) }),
    )
    for (const needles of [[], [['y'.repeat(100)]]]) {
      const { ids } = await read(many.join('\n'), needles, 333_333)
      assert.deepEqual(
        ids,
        many.map((_, i) => String(i)),
      )
    }
  })

  test('the last line counts without a newline, and one torn off is told of', async () => {
    assert.deepEqual(await read(`${a}\n${c}`), { ids: ['a', 'c'], malformed: [] })
    const torn = await read(`${a}\n${c.slice(0, -5)}`)
    assert.deepEqual(torn, { ids: ['a'], malformed: [`audit.log ${a.length + 1} not JSON`] })
  })

  test('an event glued behind a torn line is found, by its needle too', async () => {
    const glued = `${b.slice(0, 200)}${event('c', { verb: 'needle' })}\n${a}\n`
    for (const needles of [[], [['needle']]]) {
      const { ids, malformed } = await read(glued, needles)
      assert.ok(ids.includes('c'))
      assert.match(malformed[0] ?? '', /torn, the event right behind it is whole/)
    }
  })

  test('NUL bytes of a truncated file are no line', async () => {
    const { ids, malformed } = await read(`${'\0'.repeat(5_000)}${a}\n${c}\n`)
    assert.deepEqual([ids, malformed], [['a', 'c'], []])
  })

  test('with needles, lines without one are not scanned, but torn ones are told of', async () => {
    const { ids, malformed } = await read(
      `${a}\n${c.slice(0, -1)}\nnonsense\n${event('n', { verb: 'needle' })}\n`,
      [['needle']],
    )
    assert.deepEqual(ids, ['n'])
    assert.deepEqual(
      malformed.map(line => line.replace(/ \d+ /, ' ')),
      ['audit.log not JSON', 'audit.log not JSON'],
    )
  })

  test('of several sets of needles the one that is found least is used', async () => {
    const { ids } = await read(
      `${event('a', { verb: 'common' })}\n${event('b', { verb: 'common and rare' })}\n`,
      [['common'], ['rare']],
    )
    assert.deepEqual(ids, ['b'])
  })

  test('a line longer than 16 MiB is passed over and told of, the next one is read', async () => {
    const long = event('long', { verb: 'z'.repeat(MAX_LINE + 5_000_000) })
    const { ids, malformed } = await read(`${a}\n${long}\n${c}\n`, [], 1e6)
    assert.deepEqual(ids, ['a', 'c'])
    assert.deepEqual(malformed, [`audit.log ${a.length + 1} a line longer than 16 MiB`])
  })

  test('a line of 15 MiB is read', async () => {
    const { ids } = await read(`${event('long', { verb: 'z'.repeat(15 * 2 ** 20) })}\n${c}\n`, [], 1e6)
    assert.deepEqual(ids, ['long', 'c'])
  })
})
