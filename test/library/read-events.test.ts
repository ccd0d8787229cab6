import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { parseEvents, type ReadLine, readEvents, readEventsFromFile } from '../../src/library/read-events.ts'
import { sampleLines, samplePath } from '../samples.ts'

const NAME = 'audit2rbac-demo.jsonl'
const rawOf = (line: ReadLine) => (line.event ?? line).raw.toString()

async function collect(lines: AsyncIterable<ReadLine>): Promise<ReadLine[]> {
  const all: ReadLine[] = []
  for await (const line of lines) all.push(line)
  return all
}

suite('reading events', () => {
  test('from a buffer', () => {
    const lines = [...parseEvents(readFileSync(samplePath(NAME)))]
    assert.deepEqual(lines.map(rawOf), sampleLines(NAME).map(String))
    assert.ok(lines.every(line => line.event?.username !== undefined))
  })

  test('from a file', async () => {
    const lines = await collect(readEventsFromFile(samplePath(NAME)))
    assert.deepEqual(lines.map(rawOf), sampleLines(NAME).map(String))
  })

  for (const size of [1, 7, 1000, 1_000_000]) {
    test(`from a stream in pieces of ${size} bytes, with the offset of each line`, async () => {
      const bytes = readFileSync(samplePath(NAME)).subarray(0, 20_000)
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      )
      const lines = await collect(readEvents(Readable.from(pieces)))
      assert.ok(lines.length > 20)
      for (const line of lines) {
        assert.equal(
          rawOf(line),
          bytes.toString('utf8', line.offset, line.offset + Buffer.byteLength(rawOf(line))),
        )
      }
      assert.equal(
        lines.map(line => `${rawOf(line)}\n`).join('').length,
        bytes.toString().length + (bytes.at(-1) === 10 ? 0 : 1),
      )
    })
  }

  test('lines that are no audit event have a reason; empty ones are left out', () => {
    const lines = [...parseEvents(Buffer.from('\n\n{"a":1}\nx\n\n'))]
    assert.deepEqual(
      lines.map(({ reason, offset }) => [reason, offset]),
      [
        ['an object without level, auditID and stage', 2],
        ['not JSON', 10],
      ],
    )
  })

  test('a file that is missing is an error', async () => {
    await assert.rejects(collect(readEventsFromFile('/no/such/audit.log')), { code: 'ENOENT' })
  })
})
