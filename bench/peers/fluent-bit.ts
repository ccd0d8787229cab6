import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender, Missing } from '../run/contender.ts'
import { type DrainSite, peer } from './drain.ts'

const OTLP = ['name opentelemetry', 'logs_uri /v1/logs', 'batch_size 1000', 'log_response_payload off']
const OPENSEARCH = [
  'name opensearch',
  'index k8s-audit',
  'suppress_type_name on',
  'write_operation create',
  'generate_id on', // the agent's documents have an identity, too
  'buffer_size false', // of the answer, which has an item for each document
]

/** What the Fluent Bit of `FLUENT_BIT` is measured with, and the agent's contender that does the same. */
const VARIANTS = [
  { name: 'fluent-bit', like: 'otlp', output: OTLP },
  { name: 'fluent-bit-gzip', like: 'otlp-gzip', output: [...OTLP, 'compress gzip'] },
  { name: 'fluent-bit-opensearch', like: 'opensearch', output: OPENSEARCH },
]

/** Fluent Bit that parses each line and sends what it has parsed. */
export function fluentBits(): (Contender | Missing)[] {
  const binary = process.env.FLUENT_BIT
  return VARIANTS.map(({ name, like, output }) => {
    if (binary === undefined) return { name, advice: 'set FLUENT_BIT' }
    return peer(name, like, site => [binary, '-c', configured(site, output)])
  })
}

/**
 * By its manual (https://docs.fluentbit.io/manual): buffers that take the longest line, offsets in a database, a second
 * thread for the output, retries without end; a limit of memory, without which it would read the whole log at once.
 */
function configured({ log, state, endpoint }: DrainSite, output: readonly string[]): string {
  const { hostname, port } = new URL(endpoint)
  const parsers = join(state, 'parsers.conf')
  const parser = [
    'name audit',
    'format json',
    'time_key stageTimestamp',
    'time_format %Y-%m-%dT%H:%M:%S.%L',
    'time_keep on',
  ]
  writeFileSync(parsers, section('PARSER', parser))
  const input = [
    'name tail',
    `path ${log}`,
    'parser audit',
    'read_from_head true',
    `db ${join(state, 'offsets.db')}`,
    'db.locking true',
    'buffer_chunk_size 1M',
    'buffer_max_size 16M',
    'mem_buf_limit 64M',
  ]
  const sent = [
    'match *',
    `host ${hostname}`,
    `port ${port}`,
    'workers 1',
    'retry_limit no_limits',
    ...output,
  ]
  const file = join(state, 'fluent-bit.conf')
  const service = ['flush 0.2', 'log_level warn', `parsers_file ${parsers}`]
  writeFileSync(file, section('SERVICE', service) + section('INPUT', input) + section('OUTPUT', sent))
  return file
}

function section(name: string, settings: readonly string[]): string {
  return `[${name}]\n${settings.map(setting => `    ${setting}\n`).join('')}`
}
