import type { ExporterType } from '../../pipeline/component.ts'
import { OtlpExporter } from './exporter.ts'
import { otlpOptions } from './options.ts'

/** Sends events to an OpenTelemetry Collector or any other OTLP/HTTP backend. */
export const otlpExporter: ExporterType<typeof otlpOptions> = {
  type: 'otlp',
  description: 'Sends events to an OpenTelemetry Collector or any other OTLP/HTTP backend.',
  options: otlpOptions,
  create: (options, context) => new OtlpExporter(options, context),
}
