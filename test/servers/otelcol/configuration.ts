/** A part of a Collector's configuration. */
export interface Configuration {
  [key: string]: Configuration | Configuration[] | string | number | boolean | string[] | null
}

/** OTLP over HTTP in on `port`, OTLP JSON lines out to `output`, health on `healthPort`; all on 127.0.0.1. */
export function collectorConfiguration(port: number, healthPort: number, output: string): Configuration {
  return {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { file: { path: output, format: 'json', append: true, flush_interval: '50ms' } },
    extensions: { health_check: { endpoint: `127.0.0.1:${healthPort}` } },
    service: {
      extensions: ['health_check'],
      telemetry: { metrics: { level: 'none' } },
      pipelines: { logs: { receivers: ['otlp'], exporters: ['file'] } },
    },
  }
}

/** `over` laid over `base`: objects are merged, everything else replaces. */
export function merged(base: Configuration, over: Configuration): Configuration {
  const result = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const below = result[key]
    result[key] = isPart(below) && isPart(value) ? merged(below, value) : value
  }
  return result
}

function isPart(value: Configuration[string] | undefined): value is Configuration {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
