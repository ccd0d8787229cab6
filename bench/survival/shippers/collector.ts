import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { COLLECTOR_ADVICE, collectorBinary } from '../../peers/collector-binary.ts'
import type { Missing } from '../../run/contender.ts'
import type { Shipper, Site } from '../shipper.ts'

/** Which files of the log a Collector is told to read. */
const INCLUDES = {
  collector: { what: 'all files of the log', include: 'audit*.log*' },
  'collector-live': { what: 'the live file', include: 'audit.log' },
}

/** An OpenTelemetry Collector: that of `OTELCOL`, else the one that tests run against when it has been built. */
export function collector(name: keyof typeof INCLUDES): Shipper | Missing {
  const binary = collectorBinary()
  if (binary === undefined) return { name, advice: COLLECTOR_ADVICE }
  const { what, include } = INCLUDES[name]
  const version = execFileSync(binary, ['--version']).toString().trim().split(' ').at(-1)
  return {
    name,
    title: `Collector ${version}, told of ${what}`,
    command: site => [binary, '--config', configured(site, include)],
  }
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
