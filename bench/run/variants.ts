/** What an agent does between a log and a sink. */
export interface Variant {
  readonly exporters: object
  /** Without it nothing is redacted: events arrive as they are. */
  readonly processors?: object
}

/** What is measured, by the name `--only` takes: its configuration for a sink at this address. */
export const VARIANTS: Readonly<Record<string, (endpoint: string) => Variant>> = {
  otlp: endpoint => ({ exporters: otlp(endpoint, 'none') }),
  'otlp-processed': endpoint => ({ exporters: otlp(endpoint, 'none'), processors: PROCESSORS }),
  'otlp-gzip': endpoint => ({ exporters: otlp(endpoint, 'gzip') }),
  'otlp-zstd': endpoint => ({ exporters: otlp(endpoint, 'zstd') }),
  'otlp-json': endpoint => ({ exporters: otlp(endpoint, 'none', 'json') }),
  opensearch: endpoint => ({ exporters: openSearch(endpoint, 'none') }),
  'opensearch-gzip': endpoint => ({ exporters: openSearch(endpoint, 'gzip') }),
}

/** What is to be reached, in J. */
export const GOALS: Readonly<Record<string, number>> = {
  otlp: 1.45,
  'otlp-gzip': 0.38,
  'otlp-zstd': 0.75,
  opensearch: 1.05,
}

const otlp = (endpoint: string, compression: string, encoding = 'protobuf') => ({
  otlp: { endpoint, encoding, compression },
})

const openSearch = (endpoint: string, compression: string) => ({
  opensearch: { endpoints: [endpoint], compression, setup: { enabled: false } },
})

/** Redaction by default, and ten conditions that each event of the corpus passes. */
const PROCESSORS = {
  redact: {},
  filter: {
    drop: [
      { when: { 'user.username': 'system:serviceaccount:absent:*' } },
      { when: { 'user.groups': 'absent' } },
      { when: { resource: ['leases', 'absent'], namespace: 'absent' } },
      { when: { verb: 'absent' } },
      { when: { request_uri: '/absent*' } },
      { when: { user_agent: '/^absent\\//' } },
      { when: { source_ips: '100.64.0.0/10' } },
      { when: { 'response.code': '>= 600' } },
      { when: { latency_us: '> 86400000000' } },
      { when: { level: 'RequestResponse', stage: 'Panic' } },
    ],
  },
}
