import type { LogRecordExporter, LogRecordProcessor } from '@opentelemetry/sdk-logs'

/** Where the agent's own log goes besides stderr. */
export interface OtlpLogOptions {
  /** Base URL of an OTLP/HTTP receiver; `/v1/logs` is added unless its path ends so. */
  readonly endpoint: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A backend that is away must not hold up the agent's end for longer than this. Milliseconds. */
const TIMEOUT_MS = 5_000
/** One request holds all that can be waiting, so that the timeout is paid once. */
const MAX_WAITING = 2_048

/**
 * Sends log records by OTLP, batched. What cannot be sent is not sent again, but said to `failed`: stderr has had it.
 * The exporter takes long to load, so only who configures it pays.
 */
export async function otlpLogProcessor(
  { endpoint, headers }: OtlpLogOptions,
  failed: (reason: string) => void,
): Promise<LogRecordProcessor> {
  const { OTLPLogExporter } = await import('@opentelemetry/exporter-logs-otlp-http')
  const { BatchLogRecordProcessor } = await import('@opentelemetry/sdk-logs')
  const url = new URL(endpoint)
  if (!url.pathname.endsWith('/v1/logs')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/logs`
  const exporter = new OTLPLogExporter({ url: url.href, headers: { ...headers }, timeoutMillis: TIMEOUT_MS })
  return new BatchLogRecordProcessor({
    exporter: reporting(exporter, failed),
    maxQueueSize: MAX_WAITING,
    maxExportBatchSize: MAX_WAITING,
  })
}

/** The SDK drops what fails without a word. */
function reporting(exporter: LogRecordExporter, failed: (reason: string) => void): LogRecordExporter {
  return {
    export: (records, done) =>
      exporter.export(records, result => {
        if (result.code !== 0) failed(result.error?.message ?? 'no reason given')
        done({ code: 0 })
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  }
}
