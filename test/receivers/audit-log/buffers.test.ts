import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { AuditBatch } from '../../../src/pipeline/batch.ts'
import { BatchReader } from '../../../src/receivers/audit-log/batch-reader.ts'
import { ContentChanged } from '../../../src/receivers/audit-log/byte-source.ts'
import { Cursor } from '../../../src/receivers/audit-log/cursor.ts'
import { auditLogReceiver } from '../../../src/receivers/audit-log/index.ts'
import { PlainFile } from '../../../src/receivers/audit-log/plain-file.ts'
import { WasmMemory } from '../../../src/wasm/memory.ts'
import { contextFor } from '../../exporters/context.ts'
import { tempDir } from '../../temp-dir.ts'
import { waitUntil } from '../../wait-until.ts'

const line = (id: number) =>
  `{"level":"Metadata","auditID":"${id}","stage":"ResponseComplete","requestURI":"/${String(id).repeat(200)}"}`

test('the bytes of a batch and the spans of its fields stay as they were until it is acknowledged, and are used again after that', async t => {
  const dir = await tempDir(t)
  const lines = Array.from({ length: 3000 }, (_, id) => line(id))
  await writeFile(join(dir, 'audit.log'), lines.map(text => `${text}\n`).join(''))
  const options = auditLogReceiver.options.parse({
    pathPrefix: dir,
    filename: 'audit.log',
    batchSize: '100KB',
    maxInFlight: 3,
  })
  const receiver = auditLogReceiver.create(options, contextFor('auditLog', dir))
  const held: { batch: AuditBatch; acknowledge: () => void }[] = []
  const buffers = new Set<Buffer>()
  const texts: string[] = []
  const ids: (string | undefined)[] = []
  await receiver.start(batch => {
    if (batch.events[0]) buffers.add(batch.events[0].buffer)
    return new Promise(acknowledge => held.push({ batch, acknowledge }))
  })
  while (texts.length < lines.length) {
    const isLast =
      texts.length + held.reduce((sum, { batch }) => sum + batch.events.length, 0) === lines.length
    await waitUntil(() => held.length === 3 || isLast, 'all places are taken')
    // The last one first: what is read into its place must not touch the others.
    const { batch, acknowledge } = held.pop() ?? assert.fail()
    texts.push(...batch.events.map(event => event.raw.toString()))
    ids.push(...batch.events.map(event => event.auditID))
    acknowledge()
    await new Promise(setImmediate)
  }
  await receiver.stop()
  assert.deepEqual(texts.toSorted(), lines.toSorted())
  assert.deepEqual(ids.toSorted(), lines.map((_, id) => String(id)).toSorted())
  assert.equal(buffers.size, 3)
})

test('a reading that fails keeps no memory: the next ones are in place, too', async t => {
  const path = join(await tempDir(t), 'audit.log')
  const reader = new BatchReader({ batchSize: 100_000, maxLineSize: 100_000 }, 1)
  for (let round = 0; round < 3; round++) {
    await writeFile(path, `${line(round)}\n`)
    const file = await PlainFile.open(path)
    t.after(() => file.close())
    const read = (await reader.read(file, Cursor.START, false)) ?? assert.fail()
    assert.ok(WasmMemory.of(read.batch.events[0]?.buffer ?? Buffer.alloc(0)))
    read.release()
    // Truncated, and written to since.
    await writeFile(path, `${line(7)}\n${line(8)}\n`)
    await assert.rejects(reader.read(file, read.cursor, false), ContentChanged)
  }
})
