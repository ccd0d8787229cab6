import assert from 'node:assert/strict'
import { readFile, rename, utimes, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import {
  line,
  lines,
  numbers,
  type Running,
  receives,
  start,
  TestLog,
  until,
  withoutInfo,
} from './harness.ts'

interface Damage {
  readonly title: string
  readonly damage: (whole: Buffer) => Buffer
  /** Bytes that are lost after `offset`; from the trailer where that is there. */
  readonly lost: (offset: number) => number
}

const ALL = lines(1, 2000).length

const DAMAGES: readonly Damage[] = [
  {
    title: 'in the middle',
    damage: whole => Buffer.from(whole).fill(0xff, whole.length >> 1, (whole.length >> 1) + 100),
    lost: offset => ALL - offset,
  },
  {
    title: 'cut off in the middle',
    damage: whole => whole.subarray(0, whole.length >> 1),
    lost: () => 1,
  },
  { title: 'without its trailer', damage: whole => whole.subarray(0, -4), lost: () => 1 },
  { title: 'cut off within its header', damage: whole => whole.subarray(0, 5), lost: () => 1 },
  { title: 'empty', damage: () => Buffer.alloc(0), lost: () => 1 },
  { title: 'no gzip at all', damage: whole => Buffer.alloc(whole.length, 'x'), lost: () => 1 },
  { title: 'nothing but NUL bytes', damage: whole => Buffer.alloc(whole.length), lost: () => 1 },
  {
    title: 'followed by what is no gzip',
    damage: whole => Buffer.concat([whole, Buffer.from('garbage!')]),
    lost: () => 8,
  },
  {
    title: 'damaged and followed by what is no gzip',
    damage: whole =>
      Buffer.concat([
        Buffer.from(whole).fill(0xff, whole.length >> 1, (whole.length >> 1) + 100),
        Buffer.from('garbage!'),
      ]),
    lost: () => 1,
  },
]

/** A rotated, compressed file of 2,000 events that is damaged, written long ago, and a live file with event 2001. */
async function damagedLog(log: TestLog, damage: Damage['damage']): Promise<string> {
  await log.append(lines(1, 2000))
  await log.rotate(1)
  await log.compress(log.backup(1))
  const path = `${log.backup(1)}.gz`
  await writeFile(path, damage(await readFile(path)))
  await utimes(path, 1, 1)
  await log.append(line(2001))
  return path
}

async function arrives(running: Running, n: number): Promise<void> {
  await until(
    () => running.sink.received.at(-1) === n,
    () => running.said,
  )
}

for (const { title, damage, lost } of DAMAGES)
  test(`a .gz that is ${title} is reported once, not again after a restart or a renaming`, async t => {
    const log = await TestLog.create(t)
    const path = await damagedLog(log, damage)
    const first = await start(log)
    await arrives(first, 2001)
    assert.equal(withoutInfo(first).length, 1)
    assert.match(
      withoutInfo(first)[0] ?? '',
      /^ERROR .*\.log\.gz is damaged after byte \d+: .*At least \d+ bytes? (is|are) lost/,
    )
    const offset = Number(/after byte (\d+)/.exec(withoutInfo(first).join())?.[1])
    assert.equal(first.counters.bytesLost, lost(offset))
    await first.stop()
    await rename(path, `${log.backup(2)}.gz`)
    await log.append(line(2002))
    const second = await start(log)
    await receives(second, [2002])
    await second.stop()
    assert.deepEqual(withoutInfo(second), [])
    assert.equal(second.counters.bytesLost, 0)
  })

const ENDINGS = [
  { title: 'an empty member', ending: gzipSync('') },
  { title: 'NUL bytes', ending: Buffer.alloc(100_000) },
  { title: 'another member', ending: gzipSync(line(2001)) },
]

for (const { title, ending } of ENDINGS)
  test(`a .gz that ends with ${title} is read whole, once, though its last bytes do not say how long it is`, async t => {
    const log = await TestLog.create(t)
    await damagedLog(log, whole => Buffer.concat([whole, ending]))
    await log.append(line(2002))
    const first = await start(log)
    await arrives(first, 2002)
    await first.stop()
    assert.deepEqual([...new Set(first.sink.received)], numbers(1, 2002))
    await log.append(line(2003))
    const second = await start(log)
    await receives(second, [2003])
    assert.deepEqual([...withoutInfo(first), ...withoutInfo(second)], [])
  })

test('a damaged .gz that is repaired while stopped is read on from where the damage was', async t => {
  const log = await TestLog.create(t)
  let whole: Buffer = Buffer.alloc(0)
  const path = await damagedLog(log, bytes => {
    whole = bytes
    return bytes.subarray(0, bytes.length >> 1)
  })
  const first = await start(log)
  await arrives(first, 2001)
  await first.stop()
  await writeFile(path, whole)
  const second = await start(log)
  await arrives(second, 2000)
  // The event that was torn is kept in two malformed parts.
  const torn = [...first.sink.malformed, ...second.sink.malformed].map(({ raw }) => raw.toString()).join('')
  const received = [
    ...first.sink.received,
    ...second.sink.received,
    Number(JSON.parse(torn).annotations.number),
  ]
  assert.deepEqual(
    received.sort((a, b) => a - b),
    numbers(1, 2001),
  )
})

test('a damaged .gz from the future, the clock was set back, does not hold up the log for longer than any other', {
  timeout: 25_000,
}, async t => {
  const log = await TestLog.create(t)
  const path = await damagedLog(log, whole => whole.subarray(0, 1000))
  await utimes(path, 2e9, 2e9)
  const running = await start(log)
  // A file that was just written is given 10 seconds to be completed.
  const started = performance.now()
  while (running.sink.received.at(-1) !== 2001 && performance.now() - started < 20_000) await delay(20)
  assert.equal(running.sink.received.at(-1), 2001)
})
