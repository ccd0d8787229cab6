import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import { SeverityNumber } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import type { Log } from '../pipeline/log.ts'
import { type LogLevel, logAbove, type WriteLine } from './log-level.ts'
import { jsonLine, textLine } from './log-line.ts'
import { type OtlpLogOptions, otlpLogProcessor } from './otlp-logs.ts'
import { Repeats } from './repeats.ts'
import { StderrExporter } from './stderr-exporter.ts'

/** How the agent's own log is written. */
export interface LogOptions {
  /** The lowest level that is written. */
  readonly level: LogLevel
  /** `text` for people, `json` for machines; when left out text on a terminal, else JSON lines. */
  readonly format?: 'text' | 'json' | undefined
  /** Sends the log by OTLP too. */
  readonly otlp?: OtlpLogOptions | undefined
  /** Resource attributes for OTLP besides `service.name: auditship`. */
  readonly resource?: Readonly<Record<string, string>>
  /** Where lines go; stderr when left out. */
  readonly stream?: Writable & { readonly isTTY?: boolean }
}

/** The agent's own log, and what to do with it at the end. */
export interface AgentLog extends Log {
  /** Resolves when everything so far, counted repeats included, has left the process or could not be sent in time. */
  forceFlush(): Promise<void>
  /** The same for good: what is logged afterwards goes nowhere. */
  shutdown(): Promise<void>
}

/** The agent's own log as OpenTelemetry log records: to stderr always, by OTLP when configured. */
export async function createLog(options: LogOptions): Promise<AgentLog> {
  const resource = resourceFromAttributes({ ...options.resource, 'service.name': 'auditship' })
  const stderr = stderrExporter(options)
  const toStderr = new SimpleLogRecordProcessor({ exporter: stderr })
  const local = new LoggerProvider({ resource, processors: [toStderr] })
  const failures = new Repeats(emitTo(local))
  const toBackend =
    options.otlp &&
    (await otlpLogProcessor(options.otlp, reason =>
      failures.write('warn', `cannot send the agent's own log by OTLP, it is here only: ${reason}`, {}),
    ))
  const provider = toBackend ? new LoggerProvider({ resource, processors: [toStderr, toBackend] }) : local
  const lines = new Repeats(emitTo(provider))

  const forceFlush = async () => {
    lines.flush()
    await provider.forceFlush()
    failures.flush()
    await stderr.forceFlush()
  }
  const shutdown = async () => {
    await forceFlush()
    await provider.shutdown()
  }
  return { ...logAbove(options.level, (...line) => lines.write(...line)), forceFlush, shutdown }
}

function stderrExporter({ format, stream = process.stderr }: LogOptions): StderrExporter {
  if (format === 'json' || (format === undefined && !stream.isTTY))
    return new StderrExporter(stream, jsonLine)
  const isColored = styleText('red', '.', { stream }) !== '.' // knows NO_COLOR, FORCE_COLOR and what the terminal can
  return new StderrExporter(stream, record => textLine(record, isColored))
}

const SEVERITY: Readonly<Record<LogLevel, SeverityNumber>> = {
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
}

function emitTo(provider: LoggerProvider): WriteLine {
  const logger = provider.getLogger('auditship')
  return (level, message, attributes) =>
    logger.emit({
      severityNumber: SEVERITY[level],
      severityText: level.toUpperCase(),
      body: message,
      attributes: { ...attributes },
    })
}
