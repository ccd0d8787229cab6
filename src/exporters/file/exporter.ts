import { existsSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { AuditEvent } from '../../audit/event.ts'
import type { AuditBatch } from '../../pipeline/batch.ts'
import {
  ALL_DELIVERED,
  type ComponentContext,
  type Exporter,
  type ExportResult,
  type Probe,
} from '../../pipeline/contracts.ts'
import { describe } from '../../pipeline/health.ts'
import { withThoseAbove } from '../../pipeline/sync-folder.ts'
import { AppendFile } from './append-file.ts'
import { fileError } from './file-error.ts'
import { JsonLinesEncoder } from './json-lines.ts'
import type { FileOptions } from './options.ts'
import { OtlpJsonLinesEncoder } from './otlp-json-lines.ts'

/** Appends one batch after the other to a file. */
export class FileExporter implements Exporter {
  readonly #path: string
  readonly #encoder: { encode(events: readonly AuditEvent[]): Buffer }
  readonly #file: AppendFile
  readonly #log: ComponentContext['log']
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: FileOptions, { attributes, resource, log }: ComponentContext) {
    this.#path = options.path
    this.#encoder =
      options.format === 'json'
        ? new JsonLinesEncoder(attributes, resource)
        : new OtlpJsonLinesEncoder({ attributes, resource })
    this.#file = new AppendFile(options, log)
    this.#log = log
  }

  async start(): Promise<void> {
    try {
      await this.#inTurn(() => this.#file.open())
    } catch (error) {
      this.#log.error(`${describe(fileError(this.#path, error))}; will try again when there are events`)
    }
  }

  async export(batch: AuditBatch, signal: AbortSignal): Promise<ExportResult> {
    return this.#inTurn(async () => {
      signal.throwIfAborted()
      try {
        await this.#file.append(this.#encoder.encode(batch.events))
      } catch (error) {
        throw fileError(this.#path, error)
      }
      return ALL_DELIVERED
    })
  }

  async probe(): Promise<Probe> {
    // The agent may write it: neither opened nor made here.
    const path = withThoseAbove(resolve(this.#path)).find(existsSync) ?? '/'
    await access(path, constants.W_OK).catch((error: unknown) => {
      throw fileError(this.#path, error)
    })
    return { answered: `${this.#path} can be written` }
  }

  async stop(): Promise<void> {
    await this.#inTurn(() => this.#file.close())
  }

  /** Pipelines share an exporter, and each has several batches in flight: they are written one by one. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }
}
