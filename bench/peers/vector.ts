import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender, Missing } from '../run/contender.ts'
import { FIELDS } from './attributes.ts'
import { type DrainSite, peer } from './drain.ts'

/** The attributes the agent makes of plain fields, as OTLP has them, and the raw line as the body. */
const TO_OTLP = `
e = object!(parse_json!(string!(.message)))
. = {
  "resourceLogs": [{
    "scopeLogs": [{
      "logRecords": [{
        "timeUnixNano": to_unix_timestamp(parse_timestamp!(e.stageTimestamp, "%+"), unit: "nanoseconds"),
        "body": { "stringValue": .message },
        "attributes": [
${Object.entries(FIELDS)
  .map(
    ([name, path]) =>
      `          { "key": "k8s.auditlog.${name}", "value": { "stringValue": to_string(e.${path}) ?? "" } }`,
  )
  .join(',\n')}
        ]
      }]
    }]
  }]
}
`

/** Fields as OpenSearch takes them. */
const TO_DOCUMENT = `
. = object!(parse_json!(string!(.message)))
."@timestamp" = .stageTimestamp
`

/** What the Vector of `VECTOR` is measured with, and the agent's contender that does the same. */
const VARIANTS = [
  { name: 'vector', like: 'otlp', remap: TO_OTLP, sink: otlp },
  { name: 'vector-opensearch', like: 'opensearch', remap: TO_DOCUMENT, sink: openSearch },
]

/** Vector, 0.51 or later, that parses each line and sends what it has parsed. */
export function vectors(): (Contender | Missing)[] {
  const binary = process.env.VECTOR
  return VARIANTS.map(({ name, like, remap, sink }) => {
    if (binary === undefined) return { name, advice: 'set VECTOR' }
    return peer(name, like, site => [binary, '--quiet', '--config', configured(site, remap, sink)])
  })
}

/** By its reference, https://vector.dev/docs/reference/configuration: end-to-end acknowledgements, lines as long as the agent's. */
function configured(
  { log, state, endpoint }: DrainSite,
  remap: string,
  sink: (endpoint: string) => object,
): string {
  const configuration = {
    data_dir: state,
    sources: {
      log: {
        type: 'file',
        include: [log],
        read_from: 'beginning',
        max_line_bytes: 16 << 20,
        max_read_bytes: 1 << 20,
      },
    },
    transforms: { parsed: { type: 'remap', inputs: ['log'], source: remap } },
    sinks: { backend: { inputs: ['parsed'], acknowledgements: { enabled: true }, ...sink(endpoint) } },
  }
  const file = join(state, 'vector.json')
  writeFileSync(file, JSON.stringify(configuration))
  return file
}

function otlp(endpoint: string): object {
  return {
    type: 'opentelemetry',
    protocol: {
      type: 'http',
      uri: `${endpoint}/v1/logs`,
      method: 'post',
      encoding: { codec: 'otlp' },
      framing: { method: 'bytes' }, // requests put one after the other are one request, as protobuf merges them
      request: { headers: { 'content-type': 'application/x-protobuf' } },
      batch: { max_bytes: 1 << 20 },
    },
  }
}

function openSearch(endpoint: string): object {
  return {
    type: 'elasticsearch',
    endpoints: [endpoint],
    api_version: 'v8', // no types, and no question for the version
    mode: 'bulk',
    bulk: { action: 'create', index: 'k8s-audit' },
    batch: { max_bytes: 1 << 20 },
    healthcheck: { enabled: false },
  }
}
