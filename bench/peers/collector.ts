import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender, Missing } from '../run/contender.ts'
import { FIELDS } from './attributes.ts'
import { COLLECTOR_ADVICE, collectorBinary } from './collector-binary.ts'
import { type DrainSite, peer } from './drain.ts'

/** Where the Collector's json_parser leaves what becomes attributes: the lists as well. */
const ATTRIBUTES = { ...FIELDS, 'user.groups': 'user.groups', source_ips: 'sourceIPs' }

/** Makes the agent's attributes and leaves the raw line as the body. */
const OPERATORS = [
  {
    type: 'json_parser',
    parse_to: 'attributes.e',
    timestamp: {
      parse_from: 'attributes.e.stageTimestamp',
      layout_type: 'gotime',
      layout: '2006-01-02T15:04:05.000000Z',
    },
  },
  ...Object.entries(ATTRIBUTES).map(([name, path]) => ({
    type: 'move',
    from: `attributes.e.${path}`,
    to: `attributes["k8s.auditlog.${name}"]`,
    on_error: 'send_quiet', // not every event has it
  })),
  { type: 'remove', field: 'attributes.e' },
]

/** A Collector that does what the agent does, by OTLP plain and with gzip, and one that only ships lines. */
export function collectors(): (Contender | Missing)[] {
  const binary = collectorBinary()
  const variants = [
    { name: 'collector', like: 'otlp', operators: OPERATORS, compression: 'none' },
    { name: 'collector-gzip', like: 'otlp-gzip', operators: OPERATORS, compression: 'gzip' },
    { name: 'collector-raw', like: 'otlp', operators: [], compression: 'none' },
  ]
  return variants.map(({ name, like, operators, compression }) => {
    if (binary === undefined) return { name, advice: COLLECTOR_ADVICE }
    return peer(name, like, site => [
      'env',
      'GOGC=400',
      binary,
      '--config',
      configured(site, operators, compression),
    ])
  })
}

/**
 * The fastest settings we found for it: memory is given for CPU (GOGC), text is not checked to be UTF-8, requests are large,
 * and nothing is dropped when the queue is full.
 */
function configured(
  { log, state, endpoint }: DrainSite,
  operators: readonly object[],
  compression: string,
): string {
  const offsets = join(state, 'offsets')
  mkdirSync(offsets)
  const configuration = {
    receivers: {
      file_log: {
        include: [log],
        start_at: 'beginning',
        include_file_name: false,
        encoding: 'utf-8-raw',
        initial_buffer_size: '256KiB',
        max_log_size: '16MiB',
        poll_interval: '50ms',
        storage: 'file_storage',
        operators,
      },
    },
    exporters: {
      otlp_http: {
        endpoint,
        compression,
        sending_queue: {
          num_consumers: 2,
          queue_size: 200,
          block_on_overflow: true,
          batch: { min_size: 2_000, max_size: 4_000, sizer: 'items' },
        },
      },
    },
    extensions: { file_storage: { directory: offsets } },
    service: {
      extensions: ['file_storage'],
      telemetry: { metrics: { level: 'none' } },
      pipelines: { logs: { receivers: ['file_log'], exporters: ['otlp_http'] } },
    },
  }
  const file = join(state, 'collector.yaml')
  writeFileSync(file, JSON.stringify(configuration)) // every JSON document is YAML
  return file
}
