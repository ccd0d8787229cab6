import { fstatSync, writeFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import { type AttributeDefinition, attributesOf } from '../../audit/attributes.ts'
import type { AuditEvent } from '../../audit/event.ts'
import type { AuditBatch } from '../../pipeline/batch.ts'
import {
  ALL_DELIVERED,
  type ComponentContext,
  type Exporter,
  type ExportResult,
} from '../../pipeline/contracts.ts'
import { RetryableError } from '../../pipeline/errors.ts'
import { printableJson } from '../../terminal/printable.ts'
import { eventLine, type LineStyle } from './event-line.ts'
import type { DebugOptions } from './options.ts'

/** Standard output, or what stands for it in a test. */
export type Output = Writable & { readonly fd?: number }

/** Writes events to stdout, one line each. */
export class DebugExporter implements Exporter {
  readonly #output: Output
  readonly #line: (event: AuditEvent) => string
  #isClosed = false

  constructor(options: DebugOptions, { attributes }: ComponentContext, output: Output = process.stdout) {
    this.#output = output
    this.#line = options.format === 'json' ? jsonLine(attributes) : textLine(isColored(options.color, output))
    if (!output.listeners('error').includes(ignore)) output.on('error', ignore)
  }

  /** Resolves once the lines have left the process. Stops the agent when nobody reads them any more. */
  async export(batch: AuditBatch, signal: AbortSignal): Promise<ExportResult> {
    signal.throwIfAborted()
    const lines = batch.events.map(event => `${this.#line(event)}\n`).join('')
    try {
      await write(this.#output, lines, signal)
    } catch (error) {
      signal.throwIfAborted()
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') return this.#nobodyReads()
      throw new RetryableError('cannot write to stdout', { cause: error, needsOperator: true })
    }
    return ALL_DELIVERED
  }

  /** As a shell's tools end under `| head`, but in order: other exporters finish what they have. */
  #nobodyReads(): ExportResult {
    if (!this.#isClosed) process.kill(process.pid, 'SIGTERM')
    this.#isClosed = true
    return ALL_DELIVERED
  }
}

function jsonLine(attributes: readonly AttributeDefinition[]): (event: AuditEvent) => string {
  return event => printableJson(JSON.stringify(attributesOf(event, attributes)))
}

const COLORS = { access: 'cyan', refused: 'red', failed: 'yellow' } as const satisfies Partial<
  Record<LineStyle, string>
>

function textLine(isColored: boolean): (event: AuditEvent) => string {
  return event => {
    const { text, style } = eventLine(event)
    return isColored && style !== 'plain' ? styleText(COLORS[style], text, { validateStream: false }) : text
  }
}

function isColored(color: DebugOptions['color'], stream: Output): boolean {
  if (color !== 'auto') return color === 'always'
  return styleText('red', '.', { stream }) !== '.' // knows NO_COLOR, FORCE_COLOR and what the terminal can
}

/** A write fails through its callback; the stream's event of the same error must not end the process. */
function ignore(): void {}

function write(output: Output, text: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // Node's stream for a file takes no notice when only a part was written, as on a full disk.
    if (output.fd !== undefined && fstatSync(output.fd).isFile())
      return resolve(writeFileSync(output.fd, text))
    if (output.errored) return reject(output.errored) // a write would never be answered
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    output.write(text, error => {
      signal.removeEventListener('abort', abort)
      if (error) reject(error)
      else resolve()
    })
  })
}
