import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const BUILD = fileURLToPath(new URL('../../test/servers/otelcol/build.sh', import.meta.url))

/** An OpenTelemetry Collector: that of `OTELCOL`, else the one that tests run against when it has been built. */
export function collectorBinary(): string | undefined {
  if (process.env.OTELCOL !== undefined) return process.env.OTELCOL
  const { status, stdout } = spawnSync(BUILD, ['--cached'])
  return status === 0 ? stdout.toString().trim() : undefined
}

/** What to do when there is none. */
export const COLLECTOR_ADVICE =
  'set OTELCOL to one with file_log, file_storage and otlp_http, or run test/servers/otelcol/build.sh'
