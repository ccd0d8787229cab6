import { appendFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, parse } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { AuditBatch } from '../../../src/pipeline/batch.ts'
import type { ComponentContext, Receiver } from '../../../src/pipeline/contracts.ts'
import { newCounters } from '../../../src/pipeline/counters.ts'
import { auditLogReceiver } from '../../../src/receivers/audit-log/index.ts'

/** Event number `n` as a line with its newline; `padding` bytes longer than it must be. */
export function line(n: number, padding = 0): string {
  const event = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    stage: 'ResponseComplete',
    requestURI: `/api/v1/namespaces/default/pods?${'x'.repeat(padding)}`,
    verb: 'list',
    user: { username: 'system:admin', groups: ['system:masters', 'system:authenticated'] },
    sourceIPs: ['127.0.0.1'],
    requestReceivedTimestamp: '2026-01-02T03:04:05.000006Z',
    stageTimestamp: '2026-01-02T03:04:05.000007Z',
    annotations: { number: String(n) },
  }
  return `${JSON.stringify(event)}\n`
}

/** Events `from` to `to`, both included. */
export function lines(from: number, to: number, padding = 0): string {
  return numbers(from, to)
    .map(n => line(n, padding))
    .join('')
}

export function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/** Waits for a condition; fails after `seconds` with what `describe` says. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  describe: () => unknown,
  seconds = 10,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${JSON.stringify(describe())}`)
    await delay(2)
  }
}

/** A log in a folder of its own, as an API server writes and rotates it. */
export class TestLog {
  readonly root: string
  readonly folder: string
  readonly path: string
  readonly stateDir: string
  /** Stopped before the folder is removed. */
  readonly running: Running[]

  static async create(t: TestContext): Promise<TestLog> {
    const log = new TestLog(await mkdtemp(join(tmpdir(), 'audit-log-')))
    t.after(async () => {
      for (const running of log.running) await running.stop()
      await rm(log.root, { recursive: true, force: true })
    })
    await mkdir(log.folder)
    await mkdir(log.stateDir)
    return log
  }

  private constructor(root: string, name = 'audit.log', running: Running[] = []) {
    this.root = root
    this.running = running
    this.folder = join(root, 'logs')
    this.path = join(this.folder, name)
    this.stateDir = join(root, 'state')
  }

  /** Another log in the same folder. */
  beside(name: string): TestLog {
    return new TestLog(this.root, name, this.running)
  }

  /** Three rotated files, the oldest compressed, and the live one, of ten events each: 10 to 49. */
  async fillFour(): Promise<void> {
    for (const n of [1, 2, 3]) {
      await this.append(lines(n * 10, n * 10 + 9))
      await this.rotate(n)
    }
    await this.compress(this.backup(1))
    await this.append(lines(40, 49))
  }

  async append(text: string): Promise<void> {
    await appendFile(this.path, text)
  }

  /** Lumberjack's name of the file rotated away in second `n`. */
  backup(n: number): string {
    const second = String(n % 60).padStart(2, '0')
    const minute = String(Math.floor(n / 60)).padStart(2, '0')
    const { name, ext } = parse(this.path)
    return join(this.folder, `${name}-2026-01-02T03-${minute}-${second}.000${ext}`)
  }

  /** Renames the live file as lumberjack does; the next append creates a new one. */
  async rotate(n: number): Promise<void> {
    await rename(this.path, this.backup(n))
  }

  /** Compresses a file and removes the source, as `--audit-log-compress` does. */
  async compress(path: string): Promise<void> {
    await writeFile(`${path}.gz`, await promisify(gzip)(await readFile(path)))
    await rm(path)
  }
}

/** Receives batches and acknowledges them at once, or, after `hold`, when told to. */
export class Sink {
  readonly batches: AuditBatch[] = []
  /** Numbers of the events received, in order. */
  readonly received: number[] = []
  /** What is not acknowledged yet, in order. */
  readonly pending: PromiseWithResolvers<void>[] = []
  #isHolding = false

  /** Keeps what comes from now on unacknowledged. */
  hold(): this {
    this.#isHolding = true
    return this
  }

  /** Acknowledges everything, also what comes from now on. */
  release(): void {
    this.#isHolding = false
    for (const pending of this.pending) pending.resolve()
  }

  readonly next = (batch: AuditBatch): Promise<void> => {
    // The bytes are the receiver's again when the batch is acknowledged.
    const malformed = batch.malformed.map(line => ({ ...line, raw: Buffer.from(line.raw) }))
    this.batches.push({ ...batch, malformed })
    for (const event of batch.events) this.received.push(Number(event.auditID?.slice(-12)))
    if (!this.#isHolding) return Promise.resolve()
    const pending = Promise.withResolvers<void>()
    this.pending.push(pending)
    return pending.promise
  }

  get malformed() {
    return this.batches.flatMap(batch => batch.malformed)
  }
}

/** A running receiver and what it did. */
export interface Running {
  readonly receiver: Receiver
  readonly sink: Sink
  readonly counters: ReturnType<typeof newCounters>
  /** Lines of its log, `LEVEL message`. */
  readonly said: string[]
  stop(): Promise<void>
}

interface StartOptions {
  readonly id?: string
  readonly options?: Readonly<Record<string, unknown>>
  readonly sink?: Sink
  readonly once?: boolean
}

/** Starts a receiver on the log; it is stopped at the end of the test at the latest. */
export async function start(log: TestLog, settings: StartOptions = {}): Promise<Running> {
  const { id = 'auditLog', sink = new Sink(), once = false } = settings
  const said: string[] = []
  const say = (level: string) => (message: string) => void said.push(`${level} ${message}`)
  const context: ComponentContext = {
    id,
    pipeline: 'test',
    stateDir: log.stateDir,
    log: { debug: say('DEBUG'), info: say('INFO'), warn: say('WARN'), error: say('ERROR') },
    problems: new Set(),
    counters: newCounters(),
    attributes: [],
    resource: {},
    once,
  }
  const options = auditLogReceiver.options.parse({
    pathPrefix: log.folder,
    filename: 'audit.log',
    pollInterval: '20ms',
    ...settings.options,
  })
  const receiver = auditLogReceiver.create(options, context)
  const stop = async () => {
    for (const pending of sink.pending) pending.reject(new Error('the test is over'))
    await receiver.stop()
  }
  const running = { receiver, sink, counters: context.counters, said, stop }
  log.running.push(running)
  await receiver.start(sink.next)
  return running
}

/** Waits until the receiver has received the events `expected`; fails unless they came in this order and no others. */
export async function receives(running: Running, expected: readonly number[]): Promise<void> {
  const { sink, said } = running
  await until(
    () => sink.received.length >= expected.length,
    () => ({ ...difference(sink.received, expected), said }),
  )
  const received = sink.received
  if (received.length !== expected.length || received.some((n, index) => n !== expected[index]))
    throw new Error(`expected other events: ${JSON.stringify({ ...difference(received, expected), said })}`)
}

/** Waits until the receiver has received these events of several logs; fails unless each log's came in their order and no others. */
export async function receivesEach(running: Running, logs: readonly (readonly number[])[]): Promise<void> {
  const { sink, said } = running
  const all = logs.flat()
  await until(
    () => sink.received.length >= all.length,
    () => ({ ...difference(sink.received, all), said }),
  )
  const sorted = logs.flatMap(log => sink.received.filter(n => log.includes(n)))
  if (sink.received.length !== all.length || sorted.some((n, index) => n !== all[index]))
    throw new Error(`expected other events: ${JSON.stringify({ ...difference(sorted, all), said })}`)
}

/** What the receiver said that is more than information. */
export function withoutInfo({ said }: Running): string[] {
  return said.filter(text => !text.startsWith('INFO'))
}

function difference(received: readonly number[], expected: readonly number[]) {
  const all = new Set(received)
  const missing = expected.filter(n => !all.has(n))
  const unordered = received.filter((n, index) => n < (received[index - 1] ?? n))
  return {
    received: received.length,
    missing: missing.slice(0, 10),
    repeated: received.length - all.size,
    unordered: unordered.slice(0, 10),
  }
}
