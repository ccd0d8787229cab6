import type { Writable } from 'node:stream'
import type { LogRecordExporter, ReadableLogRecord } from '@opentelemetry/sdk-logs'

/** Writes log records to a stream, one line each. */
export class StderrExporter implements LogRecordExporter {
  readonly #stream: Writable
  readonly #format: (record: ReadableLogRecord) => string

  constructor(stream: Writable, format: (record: ReadableLogRecord) => string) {
    this.#stream = stream
    this.#format = format
    if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore)
  }

  export(...[records, done]: Parameters<LogRecordExporter['export']>): void {
    for (const record of records) this.#stream.write(`${this.#format(record)}\n`)
    done({ code: 0 })
  }

  /** Resolves when everything written has left the process. */
  forceFlush(): Promise<void> {
    return new Promise(resolve => this.#stream.write('', () => resolve()))
  }

  shutdown(): Promise<void> {
    return this.forceFlush()
  }
}

/** When nobody reads any more (`2>&1 | head`), the agent must not die of its own log. */
function ignore(): void {}
