import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Missing, Shipper, Site } from '../shipper.ts'

const BUILD = fileURLToPath(new URL('../../../test/servers/otelcol/build.sh', import.meta.url))

/** Which files of the log a Collector is told to read. */
const INCLUDES = {
  collector: { what: 'all files of the log', include: 'audit*.log*' },
  'collector-live': { what: 'the live file', include: 'audit.log' },
}

/** An OpenTelemetry Collector: that of `OTELCOL`, else the one that tests run against when it has been built. */
export function collector(name: keyof typeof INCLUDES): Shipper | Missing {
  const binary = process.env.OTELCOL ?? builtForTests()
  if (binary === undefined) {
    const advice =
      'set OTELCOL to one with file_log, file_storage and otlp_http, or run test/servers/otelcol/build.sh'
    return { name, advice }
  }
  const { what, include } = INCLUDES[name]
  const version = execFileSync(binary, ['--version']).toString().trim().split(' ').at(-1)
  return {
    name,
    title: `Collector ${version}, told of ${what}`,
    command: site => [binary, '--config', configured(site, include)],
  }
}

function builtForTests(): string | undefined {
  const { status, stdout } = spawnSync(BUILD, ['--cached'])
  return status === 0 ? stdout.toString().trim() : undefined
}

/**
 * Both stores of contrib's `examples/fault-tolerant-logs-collection`, retries without end, and what the receiver's README
 * has for completeness: `compression: auto` for rotated files, `on_truncate`. `max_log_size` keeps its default of 1 MiB.
 */
function configured({ logs, state, endpoint }: Site, include: string): string {
  const stores = { offsets: join(state, 'offsets'), queue: join(state, 'queue') }
  for (const folder of Object.values(stores)) mkdirSync(folder, { recursive: true })
  const configuration = {
    receivers: {
      file_log: {
        include: [join(logs, include)],
        start_at: 'beginning',
        compression: 'auto',
        on_truncate: 'read_whole_file',
        retry_on_failure: { enabled: true, max_elapsed_time: 0 },
        storage: 'file_storage/offsets',
      },
    },
    exporters: {
      otlp_http: {
        endpoint,
        sending_queue: { storage: 'file_storage/queue' },
        retry_on_failure: { max_elapsed_time: 0 },
      },
    },
    extensions: {
      'file_storage/offsets': { directory: stores.offsets },
      'file_storage/queue': { directory: stores.queue },
    },
    service: {
      extensions: ['file_storage/offsets', 'file_storage/queue'],
      telemetry: { metrics: { level: 'none' } },
      pipelines: { logs: { receivers: ['file_log'], exporters: ['otlp_http'] } },
    },
  }
  const file = join(state, 'collector.yaml')
  writeFileSync(file, JSON.stringify(configuration)) // every JSON document is YAML
  return file
}
