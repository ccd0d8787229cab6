/** Exporters that are measured, by the name `--only` takes: their configuration for a sink at this address. */
export const VARIANTS: Readonly<Record<string, (endpoint: string) => object>> = {
  otlp: endpoint => ({ otlp: { endpoint, encoding: 'protobuf', compression: 'none' } }),
  'otlp-gzip': endpoint => ({ otlp: { endpoint, encoding: 'protobuf', compression: 'gzip' } }),
  'otlp-zstd': endpoint => ({ otlp: { endpoint, encoding: 'protobuf', compression: 'zstd' } }),
  'otlp-json': endpoint => ({ otlp: { endpoint, encoding: 'json', compression: 'none' } }),
  opensearch: endpoint => openSearch(endpoint, 'none'),
  'opensearch-gzip': endpoint => openSearch(endpoint, 'gzip'),
}

const openSearch = (endpoint: string, compression: string) => ({
  opensearch: { endpoints: [endpoint], compression, setup: { enabled: false } },
})
