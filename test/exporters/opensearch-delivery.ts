import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { AuditEvent } from '../../src/audit/event.ts'
import { parseEvent } from '../../src/audit/scan.ts'
import { openSearchExporter } from '../../src/exporters/opensearch/index.ts'
import { batchOf } from '../../src/pipeline/batch.ts'
import { newCounters } from '../../src/pipeline/counters.ts'
import { DeadLetters } from '../../src/pipeline/dead-letters.ts'
import { ExporterHealth } from '../../src/pipeline/health.ts'
import { silentLog } from '../../src/pipeline/log.ts'
import { pipelineConsumer } from '../../src/pipeline/pipeline.ts'
import { tempDir } from '../temp-dir.ts'
import { contextFor } from './context.ts'

/** An exporter in a pipeline, as an agent has it. */
export interface Delivery {
  /** Resolves when all events are delivered or dead letters. */
  consume(events: readonly AuditEvent[]): Promise<void>
  /** What the agent's log says about it, as `level message`. */
  readonly said: string[]
  readonly counters: ReturnType<typeof newCounters>
  /** Why it is not ready; undefined when it is. */
  failure(): string | undefined
  deadLetters(): Promise<string[]>
}

/** Delivers with these options, without set-up unless told, until the test ends. */
export async function deliveryWith(t: TestContext, options: object): Promise<Delivery> {
  const said: string[] = []
  const say = (level: string) => (message: string) => void said.push(`${level} ${message}`)
  const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
  const parsed = openSearchExporter.options.parse({ timeout: '10s', setup: { enabled: false }, ...options })
  const exporter = openSearchExporter.create(parsed, { ...contextFor('opensearch'), log })
  const path = join(await tempDir(t), 'dead.jsonl')
  const stopping = new AbortController()
  const counters = newCounters()
  const health = new ExporterHealth(log)
  const consumer = pipelineConsumer(
    {
      processors: [],
      destinations: [{ id: 'opensearch', exporter, health }],
      deadLetters: new DeadLetters(path, 'test', 1e9, silentLog),
      counters,
      backoff: { initialMs: 5, maxMs: 40 },
    },
    stopping.signal,
  )
  t.after(async () => {
    stopping.abort()
    await exporter.stop?.()
  })
  return {
    consume: events => consumer(batchOf(events)),
    said,
    counters,
    failure: () => health.failure?.reason,
    deadLetters: async () => {
      const text = await readFile(path, 'utf8').catch(() => '')
      return text.split('\n').filter(Boolean)
    },
  }
}

/** Events that differ, `first` is the number of the first one. */
export function someEvents(count: number, first = 0): AuditEvent[] {
  return Array.from({ length: count }, (_, i) =>
    parseEvent(
      `{"level":"Metadata","auditID":"${first + i}","stage":"ResponseComplete","stageTimestamp":"2026-01-02T03:04:05.123456Z"}`,
    ),
  )
}

/** The lines of events, as they were read. */
export const linesOf = (events: readonly AuditEvent[]): string[] => events.map(event => event.raw.toString())
