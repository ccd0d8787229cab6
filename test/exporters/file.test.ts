import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { ATTRIBUTES, attributesOf } from '../../src/audit/attributes.ts'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { fileExporter } from '../../src/exporters/file/index.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import { ALL_DELIVERED, type ComponentContext, type Exporter } from '../../src/pipeline/contracts.ts'
import { newCounters } from '../../src/pipeline/counters.ts'
import { RetryableError } from '../../src/pipeline/errors.ts'
import { describe as words } from '../../src/pipeline/health.ts'

const SAMPLES = new URL('../samples/', import.meta.url)
const LOGS = [
  'apiserver-v1.36.3-session',
  'audit2rbac-demo',
  'cluster-logging-operator',
  'falco-trace-files',
  'immudb-log-audit-k8s-1.25',
]
const SESSION = eventsOf('apiserver-v1.36.3-session')
const FEW = SESSION.slice(0, 20)

let folder = ''
let path = ''
let said: string[] = []
const never = new AbortController().signal

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-exporter-'))
  path = join(folder, 'out', 'audit.jsonl')
  said = []
})
afterEach(async () => {
  mock.restoreAll()
  await rm(folder, { recursive: true, force: true })
})

function eventsOf(log: string): AuditEvent[] {
  const lines = readFileSync(new URL(`${log}.jsonl`, SAMPLES), 'utf8')
    .trimEnd()
    .split('\n')
  return lines.map(line => parseEvent(line))
}

function create(options: Record<string, unknown> = {}): Exporter {
  const say = (level: string) => (message: string) => void said.push(`${level} ${message}`)
  const context: ComponentContext = {
    id: 'file',
    pipeline: 'main',
    stateDir: folder,
    log: { debug: say('DEBUG'), info: say('INFO'), warn: say('WARN'), error: say('ERROR') },
    problems: new Set(),
    counters: newCounters(),
    attributes: ATTRIBUTES,
    resource: { 'k8s.cluster.name': 'prod "1"' },
    once: false,
  }
  return fileExporter.create(fileExporter.options.parse({ path, ...options }), context)
}

/** Starts an exporter, writes one batch and stops it. */
async function write(events: readonly AuditEvent[], options: Record<string, unknown> = {}): Promise<void> {
  const exporter = create(options)
  await exporter.start?.()
  await exporter.export(batchOf(events), never)
  await exporter.stop?.()
}

async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => assert.fail('expected a failure'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof RetryableError, String(error))
  assert.equal(error.needsOperator, true)
  return words(error)
}

const linesOf = async (file: string) => (await readFile(file, 'utf8')).split('\n').slice(0, -1)
/** The auditID and stage of each line, which is all that is needed to tell the samples apart. */
const idsOf = async (file: string) => (await linesOf(file)).map(line => idOf(JSON.parse(line).event))
const idOf = ({ auditID, stage }: { auditID?: unknown; stage?: unknown }) => `${auditID} ${stage}`

describe('json', () => {
  for (const log of LOGS) {
    test(`${log}: each line has timestamp, attributes, resource and the event byte for byte`, async () => {
      const events = eventsOf(log)
      await write(events)
      const lines = await linesOf(path)
      assert.equal(lines.length, events.length)
      for (const [i, event] of events.entries()) {
        const line = lines[i] ?? ''
        assert.ok(line.endsWith(`,"event":${event.raw}}`))
        const { event: parsed, timestamp, ...rest } = JSON.parse(line)
        assert.equal(timestamp, parsed.stageTimestamp ?? parsed.timestamp)
        assert.deepEqual(rest, {
          attributes: attributesOf(event, ATTRIBUTES),
          resource: { 'k8s.cluster.name': 'prod "1"' },
        })
      }
    })
  }

  test('an event without times has the time of reading', async () => {
    const event = parseEvent('{"level":"Metadata","auditID":"a","stage":"Panic"}')
    event.readAt = Date.UTC(2026, 4, 4)
    await write([event])
    assert.equal(JSON.parse(await readFile(path, 'utf8')).timestamp, '2026-05-04T00:00:00.000Z')
  })

  test('an event of several lines, as webhooks may send, stays on one line', async () => {
    const pretty = JSON.stringify(FEW[0]?.json(), null, 2)
    await write([parseEvent(pretty)])
    const lines = await linesOf(path)
    assert.equal(lines.length, 1)
    assert.deepEqual(JSON.parse(lines[0] ?? '').event, FEW[0]?.json())
  })
})

describe('the file', () => {
  test('is created with its folder, for its owner only', async () => {
    await write(FEW)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    assert.equal((await stat(join(path, '..'))).mode & 0o777, 0o700)
  })

  test('is appended to by a later run', async () => {
    await write(FEW.slice(0, 3))
    await write(FEW.slice(3))
    assert.deepEqual(
      await idsOf(path),
      FEW.map(event => idOf(event)),
    )
  })

  test('batches of several pipelines at a time are written one after the other, whole', async () => {
    const exporter = create()
    const batches = Array.from({ length: 30 }, (_, i) => SESSION.slice(i * 10, i * 10 + 10))
    const results = await Promise.all(batches.map(events => exporter.export(batchOf(events), never)))
    assert.ok(results.every(result => result === ALL_DELIVERED))
    assert.deepEqual(
      await idsOf(path),
      batches.flat().map(event => idOf(event)),
    )
    await exporter.stop?.()
  })

  test('a batch that is still waiting when the agent stops is not written', async () => {
    const exporter = create()
    const stopping = new AbortController()
    const first = exporter.export(batchOf(FEW.slice(0, 1)), never)
    const second = exporter.export(batchOf(FEW.slice(1)), stopping.signal)
    stopping.abort(new Error('stopping'))
    await first
    await assert.rejects(second, /^Error: stopping$/)
    assert.equal((await linesOf(path)).length, 1)
    await exporter.stop?.()
  })

  test('is made anew when somebody renames or deletes it', async () => {
    const exporter = create()
    await exporter.export(batchOf(FEW.slice(0, 1)), never)
    await rename(path, `${path}.moved`)
    await exporter.export(batchOf(FEW.slice(1, 2)), never)
    await rm(path)
    await exporter.export(batchOf(FEW.slice(2, 3)), never)
    assert.deepEqual(
      await idsOf(`${path}.moved`),
      FEW.slice(0, 1).map(event => idOf(event)),
    )
    assert.deepEqual(
      await idsOf(path),
      FEW.slice(2, 3).map(event => idOf(event)),
    )
    await exporter.stop?.()
  })

  test('a batch is not acknowledged when the file was deleted under it', async () => {
    const exporter = create()
    await exporter.start?.()
    const { FileHandle } = await fileHandles()
    const deleting = mock.method(FileHandle, 'sync', () => rm(path))
    assert.match(await refusal(exporter.export(batchOf(FEW), never)), /deleted while it was written/)
    deleting.mock.restore()
    await exporter.export(batchOf(FEW), never)
    assert.deepEqual(
      await idsOf(path),
      FEW.map(event => idOf(event)),
    )
    await exporter.stop?.()
  })
})

describe('a torn last line', () => {
  const torn: [string, string | Buffer, string][] = [
    ['half a json line is cut off', '{"timestamp":"2026-05-04T10:31:02.0', ''],
    ['half an otlpJson line is cut off', '{"resourceLogs":[{"resource":', ''],
    ['the first bytes of a line are cut off', '{"tim', ''],
    ['NUL bytes of a lost block are cut off', Buffer.alloc(5000), ''],
    ['a line of somebody else gets its newline', '{"foo":1}', '{"foo":1}\n'],
  ]
  for (const [title, tail, left] of torn) {
    test(`${title} at start`, async () => {
      await write(FEW.slice(0, 2))
      const before = await readFile(path)
      await appendFile(path, tail)
      await create().start?.()
      assert.equal(await readFile(path, 'utf8'), before + left)
      assert.equal(said.length, left === '' ? 1 : 0)
      if (left === '') assert.match(said[0] ?? '', new RegExp(`^WARN cut ${tail.length} bytes .*${path}`))
    })
  }

  test('longer than a block, with no whole line before it, is cut off too', async () => {
    await mkdir(join(path, '..'))
    await writeFile(path, `{"timestamp":"${'x'.repeat(200_000)}`)
    await write(FEW)
    assert.deepEqual(
      await idsOf(path),
      FEW.map(event => idOf(event)),
    )
  })
})

describe('a path that cannot be written is told of and tried again', () => {
  test('a folder in its place, until it is gone', async () => {
    await mkdir(path, { recursive: true })
    const exporter = create()
    await exporter.start?.()
    assert.match(
      said.join(),
      /^ERROR cannot write .*audit\.jsonl \(it is a folder: set `path` to the name of a file\)/,
    )
    assert.match(await refusal(exporter.export(batchOf(FEW), never)), /it is a folder.*EISDIR/)
    await rm(path, { recursive: true })
    await exporter.export(batchOf(FEW), never)
    assert.equal((await linesOf(path)).length, FEW.length)
    await exporter.stop?.()
  })

  test('a file where its folder should be, until it is gone', async () => {
    await writeFile(join(path, '..'), '')
    const exporter = create()
    assert.match(await refusal(exporter.export(batchOf(FEW), never)), /a part of the path is a file/)
    await rm(join(path, '..'))
    await exporter.export(batchOf(FEW), never)
    await exporter.stop?.()
  })

  test('a folder without the right to write, until it is given', async () => {
    await mkdir(join(path, '..'), { mode: 0o555 })
    await chmod(folder, 0o755)
    const exporter = create()
    const user = process.geteuid?.()
    if (user === 0) process.seteuid?.(65534) // root may write everywhere
    const words = await refusal(exporter.export(batchOf(FEW), never)).finally(() =>
      process.seteuid?.(user ?? 0),
    )
    assert.match(words, /user id \d+ needs the right to write the file and the folder .*EACCES/)
    await chmod(join(path, '..'), 0o755)
    await exporter.export(batchOf(FEW), never)
    await exporter.stop?.()
  })

  test('a device or a pipe', async () => {
    path = '/dev/full'
    assert.match(await refusal(create().export(batchOf(FEW), never)), /it is a device, pipe or socket/)
    path = join(folder, 'pipe')
    assert.equal(spawnSync('mkfifo', [path]).status, 0)
    assert.match(await refusal(create().export(batchOf(FEW), never)), /it is a device, pipe or socket/)
  })
})

describe('a write that fails half-way leaves nothing behind', () => {
  test('on a full disk, and the batch is written once there is room', async t => {
    const disk = smallDisk(join(folder, 'disk'))
    if (disk === undefined) return t.skip('a small disk can be mounted by root only')
    path = `/proc/self/fd/${disk}/audit.jsonl`
    const other = `/proc/self/fd/${disk}/other`
    await writeFile(other, Buffer.alloc(100_000))
    const exporter = create()
    await exporter.export(batchOf(FEW.slice(0, 5)), never)
    const before = await readFile(path)
    const large = SESSION.slice(100, 250).filter(event => event.length < 2000)
    for (let attempt = 0; attempt < 3; attempt++) {
      assert.match(await refusal(exporter.export(batchOf(large), never)), /the disk is full.*ENOSPC/)
      assert.deepEqual(await readFile(path), before)
    }
    await rm(other)
    await exporter.export(batchOf(large.slice(0, 40)), never)
    assert.deepEqual(
      await idsOf(path),
      [...FEW.slice(0, 5), ...large.slice(0, 40)].map(event => idOf(event)),
    )
    await exporter.stop?.()
    closeSync(disk)
  })

  test('when the disk reports an error while syncing', async () => {
    const exporter = create()
    await exporter.export(batchOf(FEW.slice(0, 5)), never)
    const before = await readFile(path)
    const broken = await failing('sync')
    assert.match(
      await refusal(exporter.export(batchOf(FEW.slice(5)), never)),
      /the disk reports an error.*EIO/,
    )
    assert.deepEqual(await readFile(path), before)
    broken.mock.restore()
    await exporter.export(batchOf(FEW.slice(5)), never)
    assert.deepEqual(
      await idsOf(path),
      FEW.map(event => idOf(event)),
    )
    await exporter.stop?.()
  })

  test('even if cutting it off fails at first as well', async () => {
    const exporter = create()
    await exporter.export(batchOf(FEW.slice(0, 5)), never)
    const broken = [await failing('sync'), await failing('truncate')]
    await refusal(exporter.export(batchOf(FEW.slice(5)), never))
    await refusal(exporter.export(batchOf(FEW.slice(5)), never))
    for (const method of broken) method.mock.restore()
    await exporter.export(batchOf(FEW.slice(5)), never)
    assert.deepEqual(
      await idsOf(path),
      FEW.map(event => idOf(event)),
    )
    await exporter.stop?.()
  })
})

describe('fsync', () => {
  for (const [fsync, expected] of [
    [true, 3],
    [false, 0],
  ] as const) {
    test(`${fsync}: ${expected} syncs for two batches in a new file`, async () => {
      const { FileHandle } = await fileHandles()
      const sync = mock.method(FileHandle, 'sync')
      await mkdir(join(path, '..'))
      const exporter = create({ fsync })
      await exporter.export(batchOf(FEW.slice(0, 5)), never)
      await exporter.export(batchOf(FEW.slice(5)), never)
      assert.equal(sync.mock.callCount(), expected)
      sync.mock.restore()
      await exporter.stop?.()
    })
  }
})

/** A disk error cannot be had for real, so the method of every open file is replaced. */
async function failing(method: 'sync' | 'truncate') {
  const { FileHandle } = await fileHandles()
  return mock.method(FileHandle, method, async () => {
    throw Object.assign(new Error(`EIO: i/o error, ${method}`), { code: 'EIO' })
  })
}

async function fileHandles() {
  const file = await open(folder, 'r')
  await file.close()
  return { FileHandle: Object.getPrototypeOf(file) as typeof file }
}

/** A disk of 256 KiB as an open folder. Unmounted at once, it goes with its last open file, whatever ends the test. */
function smallDisk(folder: string): number | undefined {
  mkdirSync(folder)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]).status !== 0) return undefined
  const disk = openSync(folder, 'r')
  spawnSync('umount', ['-l', folder])
  return disk
}
