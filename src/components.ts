import type { ComponentTypes } from './config/frame.ts'
import { debugExporter } from './exporters/debug/index.ts'
import { fileExporter } from './exporters/file/index.ts'
import { openSearchExporter } from './exporters/opensearch/index.ts'
import { otlpExporter } from './exporters/otlp/index.ts'
import { postgresExporter } from './exporters/postgres/index.ts'
import type { ExporterType, ProcessorType, ReceiverType } from './pipeline/component.ts'
import { filterProcessor } from './processors/filter/index.ts'
import { redactProcessor } from './processors/redact/index.ts'
import { sampleProcessor } from './processors/sample/index.ts'
import { auditLogReceiver } from './receivers/audit-log/index.ts'

/** Every component a configuration can name. A new one is a folder and a line here. */
export const COMPONENTS: ComponentTypes = {
  receivers: [auditLogReceiver as ReceiverType],
  processors: [
    redactProcessor as ProcessorType,
    filterProcessor as ProcessorType,
    sampleProcessor as ProcessorType,
  ],
  exporters: [
    otlpExporter as ExporterType,
    openSearchExporter as ExporterType,
    postgresExporter as ExporterType,
    fileExporter as ExporterType,
    debugExporter as ExporterType,
  ],
}
