import type { ExporterType } from '../../pipeline/component.ts'
import { OpenSearchExporter } from './exporter.ts'
import { openSearchOptions } from './options.ts'

/** Writes audit events and change events into OpenSearch. */
export const openSearchExporter: ExporterType<typeof openSearchOptions> = {
  type: 'opensearch',
  description:
    'Writes audit events into a data stream of OpenSearch, and interactive access into an index of its own.',
  options: openSearchOptions,
  create: (options, context) => new OpenSearchExporter(options, context),
}
