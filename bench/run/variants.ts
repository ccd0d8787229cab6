/** Settings of the `otlp` exporter that are measured, by the name `--only` takes. */
export const VARIANTS: Readonly<Record<string, { encoding: string; compression: string }>> = {
  otlp: { encoding: 'protobuf', compression: 'none' },
  'otlp-gzip': { encoding: 'protobuf', compression: 'gzip' },
  'otlp-zstd': { encoding: 'protobuf', compression: 'zstd' },
  'otlp-json': { encoding: 'json', compression: 'none' },
}
