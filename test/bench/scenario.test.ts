import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { Ledger } from '../../bench/scenario/ledger.ts'
import { LogWriter, type WriterOptions, type Written } from '../../bench/scenario/log-writer.ts'
import { isUnaltered, NumberedEvents, numberIn, timeOf } from '../../bench/scenario/numbered-events.ts'
import { startWriter } from '../../bench/scenario/writer-process.ts'
import { rotatedFiles } from '../../src/receivers/audit-log/rotated-files.ts'
import { tempDir } from '../temp-dir.ts'
import { waitUntil } from '../wait-until.ts'

const NEVER = new AbortController().signal
const events = new NumberedEvents(1)
const line = (number: number) => events.line(number, 1_767_323_045_678).subarray(0, -1)
const written = (events: number, rest: Partial<Written> = {}): Written => ({
  events,
  rotations: 0,
  deleted: [],
  torn: [],
  ...rest,
})

/** The lines of all files of the log in the order they were written. */
async function linesIn(folder: string): Promise<Buffer[]> {
  const rotated = rotatedFiles(folder, 'audit.log', await readdir(folder)).map(({ path }) => path)
  const contents = []
  for (const path of [...rotated, join(folder, 'audit.log')]) {
    const bytes = await readFile(path)
    contents.push(path.endsWith('.gz') ? gunzipSync(bytes) : bytes)
  }
  return Buffer.concat(contents)
    .toString()
    .split('\n')
    .filter(text => text !== '')
    .map(text => Buffer.from(text))
}

async function ledgerOf(folder: string): Promise<Ledger> {
  const ledger = new Ledger()
  for (const text of await linesIn(folder)) ledger.receive(text)
  return ledger
}

test('a numbered event is an audit event that knows its number and its time', () => {
  for (const number of [1, 7, 1_234_567]) {
    const event = JSON.parse(line(number).toString()) as Record<string, unknown>
    assert.equal(event.kind, 'Event')
    assert.match(String(event.auditID), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-\d{12}$/)
    assert.equal(event.stageTimestamp, '2026-01-02T03:04:05.678000Z')
    assert.equal(numberIn(line(number)), number)
    assert.equal(timeOf(line(number)), 1_767_323_045_678)
    assert.ok(isUnaltered(line(number)))
  }
})

test('one that is torn has its own number or none', () => {
  const whole = line(1_234_567)
  const numbers = Array.from(whole, (_, length) => numberIn(whole.subarray(0, length)))
  assert.deepEqual([...new Set(numbers)], [undefined, 1_234_567])
})

test('a large one has the size asked for, newline included', () => {
  const large = events.large(7, 3 * 2 ** 20)
  assert.equal(large.length, 3 * 2 ** 20)
  assert.equal(numberIn(large), 7)
  assert.ok(isUnaltered(large.subarray(0, -1)))
  assert.equal((JSON.parse(large.toString()) as Record<string, unknown>).kind, 'Event')
})

const ALTERATIONS: [string, (line: Buffer) => Buffer][] = [
  ['a byte is another one at the start', bytes => Buffer.from(bytes.toString().replace('Event', 'event'))],
  ['a byte is another one at the end', bytes => Buffer.from(bytes.toString().replace(/"}}$/, "'}}"))],
  ['the end is missing', bytes => bytes.subarray(0, -1)],
  ['the start is missing', bytes => bytes.subarray(1)],
  ['another line is glued to it', bytes => Buffer.concat([bytes, line(8)])],
  ['the start of another one is before it', bytes => Buffer.concat([line(8).subarray(0, 300), bytes])],
]
for (const [what, alter] of ALTERATIONS) {
  test(`an event is altered when ${what}`, () => {
    assert.ok(!isUnaltered(alter(line(7))))
  })
}

const VERDICTS: {
  title: string
  receive: (ledger: Ledger) => void
  written?: Written
  expected: object
}[] = [
  { title: 'an event that did not come is lost', receive: () => {}, expected: { arrived: 2, lost: [3] } },
  { title: 'one that came is not', receive: l => l.receive(line(3)), expected: { arrived: 3, lost: [] } },
  {
    title: 'one that was deleted before is not lost',
    receive: () => {},
    written: written(3, { deleted: [{ from: 2, to: 3 }] }),
    expected: { lost: [], deletedUnread: [3] },
  },
  {
    title: 'a torn one is not lost',
    receive: () => {},
    written: written(3, { torn: [3] }),
    expected: { lost: [] },
  },
  {
    title: 'each repeat counts',
    receive: l => [1, 1, 2].forEach(n => void l.receive(line(n), `uid ${n}`)),
    expected: { repeats: 3, unlike: [] },
  },
  {
    title: 'a repeat with another uid is unlike',
    receive: l => l.receive(line(1), 'uid 2'),
    expected: { repeats: 1, unlike: [1], altered: [] },
  },
  {
    title: 'a repeat with other bytes is unlike and altered',
    receive: l => l.receive(line(1).subarray(0, -1), 'uid 1'),
    expected: { repeats: 1, unlike: [1], altered: [1] },
  },
  {
    title: 'what is no numbered event is a stranger',
    receive: l => l.receive(Buffer.from('{}')),
    expected: { strangers: 1 },
  },
  {
    title: 'an event that was never written is a stranger',
    receive: l => l.receive(line(70_000)),
    expected: { strangers: 1 },
  },
]
for (const { title, receive, expected, ...row } of VERDICTS) {
  test(`in the ledger ${title}`, () => {
    const ledger = new Ledger()
    for (const n of [1, 2]) ledger.receive(line(n), `uid ${n}`)
    receive(ledger)
    assert.partialDeepStrictEqual(ledger.verdict(row.written ?? written(3)), expected)
  })
}

async function writeLog(t: TestContext, options: Partial<WriterOptions>) {
  const folder = await tempDir(t)
  const writer = new LogWriter(folder, { rate: 20_000, rotateMs: [1, 20], ...options })
  return { folder, writer }
}

for (const compress of [false, true]) {
  test(`the writer rotates ${compress ? 'and compresses ' : ''}without losing an event`, async t => {
    const { folder, writer } = await writeLog(t, { compress })
    const result = await writer.run(NEVER, 3_000)
    assert.ok(result.rotations > 3)
    const names = await readdir(folder)
    assert.equal(names.length, result.rotations + 1)
    const backup = /^audit-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log(\.gz)?$/
    for (const name of names.filter(name => name !== 'audit.log')) {
      assert.match(name, backup)
      assert.equal(name.endsWith('.gz'), compress)
    }
    const verdict = (await ledgerOf(folder)).verdict(result)
    assert.deepEqual(verdict, {
      ...{ arrived: 3_000, repeats: 0, lost: [], deletedUnread: [], altered: [], unlike: [], strangers: 0 },
    })
  })

  test(`the writer says what maxBackups deletes of ${compress ? 'compressed' : 'plain'} backups`, async t => {
    const { folder, writer } = await writeLog(t, { compress, maxBackups: 2 })
    const result = await writer.run(NEVER, 3_000)
    assert.equal((await readdir(folder)).length, 3)
    const { lost, deletedUnread, arrived } = (await ledgerOf(folder)).verdict(result)
    assert.deepEqual(lost, [])
    assert.ok(deletedUnread.length > 0)
    assert.equal(arrived + deletedUnread.length, 3_000)
  })
}

test('the writer says which backups maxBackups deletes next', async t => {
  const { writer } = await writeLog(t, { rotateMs: [60_000, 60_000], maxBackups: 4 })
  const atRisk = []
  for (let file = 1; file <= 3; file++) {
    await writer.run(NEVER, 10 * file)
    writer.rotate()
    atRisk.push(writer.atRisk)
  }
  const first = { from: 1, to: 10 }
  assert.deepEqual(atRisk, [[], [first], [first, { from: 11, to: 20 }]])
})

test('the writer does not write while it may not', async t => {
  let may = true
  const { writer } = await writeLog(t, { mayWrite: () => may })
  const stop = new AbortController()
  const running = writer.run(stop.signal)
  await waitUntil(() => writer.written.events > 100, 'it writes')
  may = false
  await waitUntil(async () => {
    const before = writer.written.events
    await delay(100)
    return writer.written.events === before
  }, 'it stops writing')
  may = true
  const before = writer.written.events
  await waitUntil(() => writer.written.events > before, 'it writes again')
  stop.abort()
  await running
})

test('a torn event is glued to the next one', async t => {
  const { folder, writer } = await writeLog(t, { rotateMs: [60_000, 60_000] })
  await writer.run(NEVER, 3)
  await writer.crash()
  const result = await writer.run(NEVER, 6)
  assert.deepEqual(result.torn, [4])
  const lines = await linesIn(folder)
  assert.deepEqual(lines.map(isUnaltered), [true, true, true, false, true])
  assert.ok(lines[3]?.includes(new NumberedEvents(1).line(5).subarray(0, 60)))
})

test('a writer of its own process writes what it says', async t => {
  const folder = await tempDir(t)
  const options = { rate: 5_000, rotateMs: [10, 50], compress: true } as const
  const result = await startWriter(folder, options, 1_000).written
  assert.equal(result.events, 1_000)
  assert.deepEqual((await ledgerOf(folder)).verdict(result).lost, [])
})

test('a writer of its own process ends its line when it is stopped', async t => {
  const folder = await tempDir(t)
  const writer = startWriter(folder, { rate: 5_000 })
  t.after(() => writer.child.kill('SIGKILL'))
  const size = () => stat(join(folder, 'audit.log')).then(stats => stats.size)
  await waitUntil(async () => (await size().catch(() => 0)) > 0, 'the writer writes')
  const result = await writer.stop()
  const { lost, altered, arrived } = (await ledgerOf(folder)).verdict(result)
  assert.deepEqual([lost, altered, arrived], [[], [], result.events])
})
