import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { DEFAULT_ATTRIBUTES } from '../../src/audit/attributes.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { fileExporter } from '../../src/exporters/file/index.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import type { Exporter } from '../../src/pipeline/contracts.ts'
import { newCounters } from '../../src/pipeline/counters.ts'
import { silentLog } from '../../src/pipeline/log.ts'

const SESSION = new URL('../samples/apiserver-v1.36.3-session.jsonl', import.meta.url)
const EVENTS = readFileSync(SESSION, 'utf8')
  .trimEnd()
  .split('\n')
  .slice(0, 60)
  .map(line => parseEvent(line))
const never = new AbortController().signal

let folder = ''
let path = ''
let said: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-rotation-'))
  path = join(folder, 'audit.jsonl')
  said = []
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function create(options: Record<string, unknown>): Exporter {
  return fileExporter.create(fileExporter.options.parse({ path, ...options }), {
    id: 'file',
    pipeline: 'main',
    stateDir: folder,
    log: { ...silentLog, info: message => void said.push(message) },
    problems: new Set(),
    counters: newCounters(),
    attributes: DEFAULT_ATTRIBUTES,
    resource: {},
    once: false,
  })
}

/** Writes each of the given events as a batch of its own. */
async function writeEach(exporter: Exporter, from: number, to: number): Promise<void> {
  for (const event of EVENTS.slice(from, to)) await exporter.export(batchOf([event]), never)
}

/** Index in `EVENTS` of each event in the file. */
async function indexes(file: string): Promise<number[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1)
  return lines.map(line => EVENTS.findIndex(event => line.includes(`"event":${event.raw}}`)))
}

test('a file that would grow over maxSize becomes path.1, and maxFiles of them are kept, newest first', async () => {
  const exporter = create({ maxSize: 10_000, maxFiles: 3 })
  await writeEach(exporter, 0, 60)
  await exporter.stop?.()
  const names = ['audit.jsonl', 'audit.jsonl.1', 'audit.jsonl.2', 'audit.jsonl.3']
  assert.deepEqual((await readdir(folder)).sort(), names)
  const kept: number[] = []
  for (const name of names.toReversed()) {
    const { mode, size } = await stat(join(folder, name))
    assert.ok(size > 0 && size <= 10_000, `${name} has ${size} bytes`)
    assert.equal(mode & 0o777, 0o600)
    kept.push(...(await indexes(join(folder, name))))
  }
  const first = kept[0] ?? 0
  assert.ok(first > 0, 'something was deleted')
  assert.deepEqual(
    kept,
    Array.from({ length: 60 - first }, (_, i) => first + i),
  )
  assert.match(said[0] ?? '', /deleted the oldest file, .*audit\.jsonl\.3: maxFiles is 3/)
})

test('a batch larger than maxSize gets a file of its own, whole', async () => {
  const exporter = create({ maxSize: 2_000 })
  await exporter.export(batchOf(EVENTS.slice(0, 20)), never)
  await exporter.export(batchOf(EVENTS.slice(20, 40)), never)
  await exporter.stop?.()
  assert.deepEqual((await readdir(folder)).sort(), ['audit.jsonl', 'audit.jsonl.1'])
  assert.equal((await indexes(`${path}.1`)).length, 20)
})

test('a gap that a crash left between the numbers is closed and nothing beyond it is deleted', async () => {
  await writeFile(`${path}.1`, 'one')
  await writeFile(`${path}.3`, 'three')
  const exporter = create({ maxSize: 1, maxFiles: 3 })
  await writeEach(exporter, 0, 2)
  await exporter.stop?.()
  assert.equal(await readFile(`${path}.2`, 'utf8'), 'one')
  assert.equal(await readFile(`${path}.3`, 'utf8'), 'three')
  assert.deepEqual(await indexes(`${path}.1`), [0])
  assert.deepEqual(said, [])
})

test('a rotation that fails is tried again, and no event is lost or repeated', async () => {
  const exporter = create({ maxSize: 1 })
  await writeEach(exporter, 0, 1)
  const user = process.geteuid?.() ?? 0
  await chmod(folder, 0o555)
  await chmod(path, 0o666)
  if (user === 0) process.seteuid?.(65534) // root may rename everywhere
  const attempt = exporter.export(batchOf(EVENTS.slice(1, 2)), never)
  await assert
    .rejects(attempt, /cannot write .*the right to write the file and the folder/)
    .finally(() => process.seteuid?.(user))
  await chmod(folder, 0o755)
  await writeEach(exporter, 1, 3)
  await exporter.stop?.()
  assert.deepEqual(await Promise.all([`${path}.2`, `${path}.1`, path].map(indexes)), [[0], [1], [2]])
})
