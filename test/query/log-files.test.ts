import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { all } from '../../src/query/condition.ts'
import { type OpenLogs, openFiles } from '../../src/query/logs/log-files.ts'
import { openPlace } from '../../src/query/logs/open-place.ts'
import { searchLogs } from '../../src/query/logs/search-logs.ts'
import { line } from '../receivers/audit-log/harness.ts'
import { tempDir } from '../temp-dir.ts'

/** Event number `n`, received in second `n`. */
const at = (n: number) => line(n).replaceAll('03:04:05', `03:04:${String(n).padStart(2, '0')}`)

/** A log with two rotated files, one of them compressed; their names sort otherwise than their times. */
async function rotatedLog(t: TestContext): Promise<string> {
  const folder = join(await tempDir(t), 'logs')
  await mkdir(folder)
  await writeFile(join(folder, 'audit.log'), at(5) + at(6))
  await writeFile(join(folder, 'audit-2026-01-02T03-04-02.000.log.gz'), gzipSync(at(1) + at(2)))
  await writeFile(join(folder, 'audit-2026-01-02T03-04-04.000.log'), at(3) + at(4))
  return folder
}

/** The numbers of the events in the order in which they are read, and what failed. */
async function read(logs: OpenLogs) {
  const numbers: number[] = []
  const found = (event: { json(): Record<string, unknown> }) =>
    void numbers.push(Number((event.json().annotations as { number: string }).number))
  const report = await searchLogs(logs, all(), found, () => {}, new AbortController().signal)
  return { numbers, ...report }
}

suite('which files are read', () => {
  test('several files in the order of their first events, whatever the order of their names', async t => {
    const folder = await rotatedLog(t)
    const paths = ['audit.log', 'audit-2026-01-02T03-04-04.000.log', 'audit-2026-01-02T03-04-02.000.log.gz']
    const { numbers } = await read(await openFiles(paths.map(name => join(folder, name))))
    assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6])
  })

  test('a pattern, each file once', async t => {
    const folder = await rotatedLog(t)
    const { numbers } = await read(await openFiles([join(folder, 'audit*'), join(folder, 'audit.log')]))
    assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6])
  })

  test('a file whose name looks like a pattern', async t => {
    const path = join(await tempDir(t), 'audit[1].log')
    await writeFile(path, at(1))
    assert.deepEqual((await read(await openFiles([path]))).numbers, [1])
  })

  test('logrotate’s numbers: the highest is the oldest', async t => {
    const folder = await tempDir(t)
    await writeFile(join(folder, 'audit.log'), at(9))
    await writeFile(join(folder, 'audit.log.1'), at(8))
    await writeFile(join(folder, 'audit.log.2.gz'), gzipSync(at(7)))
    await writeFile(join(folder, 'audit.log.10.gz'), gzipSync(at(1)))
    assert.deepEqual((await read(await openPlace({ pathPrefix: folder }))).numbers, [1, 7, 8, 9])
  })

  test('the log of a place: rotated files, then the live one', async t => {
    const folder = await rotatedLog(t)
    assert.deepEqual((await read(await openPlace({ pathPrefix: folder }))).numbers, [1, 2, 3, 4, 5, 6])
  })

  test('what was opened is read to its end, although it is rotated away and compressed meanwhile', async t => {
    const folder = await rotatedLog(t)
    const logs = await openPlace({ pathPrefix: folder })
    await rename(join(folder, 'audit.log'), join(folder, 'audit-2026-01-02T03-04-07.000.log'))
    await writeFile(join(folder, 'audit.log'), at(7))
    assert.deepEqual((await read(logs)).numbers, [1, 2, 3, 4, 5, 6])
  })

  test('a log that is nowhere is named', async t => {
    const folder = join(await tempDir(t), 'none')
    const { failures } = await read(await openPlace({ pathPrefix: folder }))
    assert.match(failures[0] ?? '', /cannot read .*none\/audit\.log: .*no such file/)
  })

  test('a file that is missing, and a folder, are named; the others are read', async t => {
    const folder = await rotatedLog(t)
    const { numbers, failures } = await read(
      await openFiles([join(folder, 'no.log'), folder, join(folder, 'audit.log')]),
    )
    assert.deepEqual(numbers, [5, 6])
    assert.match(failures[0] ?? '', /cannot read .*no\.log: .*no such file/)
    assert.match(failures[1] ?? '', /cannot read .*logs: .* is a directory/)
  })

  test('a compressed file that breaks off: what is before is read, and it is said', async t => {
    const path = join(await tempDir(t), 'audit.log.gz')
    const events = Array.from({ length: 500 }, (_, i) => line(i))
    const whole = gzipSync(events.join(''))
    await writeFile(path, whole.subarray(0, whole.length - 200))
    const { numbers, failures, malformed } = await read(await openFiles([path]))
    assert.ok(numbers.length > 300 && numbers.length < 500)
    assert.match(failures[0] ?? '', /audit\.log\.gz is damaged or incomplete/)
    assert.ok(malformed <= 1)
  })

  test('a named pipe, compressed or not', async t => {
    const folder = await tempDir(t)
    for (const content of [Buffer.from(at(1) + at(2)), gzipSync(at(1) + at(2))]) {
      const pipe = join(folder, `pipe-${content.length}`)
      execFileSync('mkfifo', [pipe])
      const writing = writeFile(pipe, content)
      assert.deepEqual((await read(await openFiles([pipe]))).numbers, [1, 2])
      await writing
    }
  })
})
