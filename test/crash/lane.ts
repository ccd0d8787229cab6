import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Random } from '../../bench/corpus/random.ts'
import { Ledger } from '../../bench/scenario/ledger.ts'
import { LogWriter } from '../../bench/scenario/log-writer.ts'
import { FaultySink, REQUEST_TIMEOUT_MS } from './faulty-sink.ts'
import type { Plan } from './plan.ts'

/** The writer waits while the agent is so many events behind: most agents are to get to where the log is being written. */
const MOST_BEHIND = 600

/** One log on its way: the writer, the pipeline and where its events arrive. */
export class Lane {
  readonly name: string
  readonly sink: FaultySink
  readonly writer: LogWriter
  readonly #plan: Plan
  readonly #root: string

  constructor(name: string, plan: Plan, root: string, seed: number) {
    const { poisonEvery } = plan
    this.name = name
    this.#plan = plan
    this.#root = root
    this.sink = new FaultySink(new Random(seed))
    this.sink.mood = plan.mood
    if (poisonEvery !== undefined) this.sink.isPoison = number => number % poisonEvery === 0
    const mayWrite = () => this.#mayWrite()
    const options = { rate: 400, rotateMs: [5, 400], seed, mayWrite } as const
    this.writer = new LogWriter(this.#logFolder, { ...options, ...plan.writer })
  }

  /** The receiver's part of the configuration. */
  get receiver(): object {
    return { pathPrefix: this.#logFolder, filename: 'audit.log', pollInterval: '50ms' }
  }

  /** The exporter's part of the configuration. */
  get exporter(): object {
    if (this.#plan.exporter === 'file') return { path: this.#outputFile, maxSize: '1MB', maxFiles: 1_000 }
    // Where nothing hangs, a short timeout would repeat what a busy machine was too slow to take.
    const hangs = (this.#plan.mood.hang ?? 0) > 0
    return {
      endpoint: this.sink.endpoint,
      recordUid: true,
      timeout: `${hangs ? REQUEST_TIMEOUT_MS : 30_000}ms`,
    }
  }

  /** Where the `file` exporter writes. */
  get outputFolder(): string {
    return join(this.#root, `${this.name}-output`)
  }

  /** What has arrived by now. */
  async arrivals(): Promise<Ledger> {
    return this.#plan.exporter === 'file' ? ledgerOfFiles(this.outputFolder) : this.sink.ledger
  }

  /** How many events were written and have not arrived at the sink, which would take them; 0 where they go into files. */
  get behind(): number {
    if (this.#plan.exporter === 'file') return 0
    const { events } = this.writer.written
    const poisoned = Math.floor(events / (this.#plan.poisonEvery ?? Number.POSITIVE_INFINITY))
    return events - poisoned - this.sink.ledger.arrived
  }

  #mayWrite(): boolean {
    const { isDownFirst, signal } = this.#plan
    if (isDownFirst || signal === 'SIGSTOP') return true
    const { ledger } = this.sink
    // What is deleted unread could not be told from what is lost.
    for (const { from, to } of this.writer.atRisk)
      for (let number = from; number <= to; number++) if (!ledger.has(number)) return false
    return this.behind < MOST_BEHIND
  }

  get #logFolder(): string {
    return join(this.#root, this.name)
  }

  get #outputFile(): string {
    return join(this.outputFolder, 'events.jsonl')
  }
}

const EVENT = '"event":'

/** Reads what the `file` exporter wrote. A line that is no whole one makes a stranger or an altered event. */
async function ledgerOfFiles(folder: string): Promise<Ledger> {
  const ledger = new Ledger()
  for (const name of await readdir(folder).catch(() => [])) {
    const bytes = await readFile(join(folder, name))
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf('\n', start)
      const end = newline < 0 ? bytes.length : newline
      const line = bytes.subarray(start, end)
      ledger.receive(line.subarray(line.indexOf(EVENT) + EVENT.length, -1))
      start = end + 1
    }
  }
  return ledger
}
