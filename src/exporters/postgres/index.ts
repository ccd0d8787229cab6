import type { ExporterType } from '../../pipeline/component.ts'
import { PostgresExporter } from './exporter.ts'
import { postgresOptions } from './options.ts'

/** Writes interactive access, and if wanted every audit event, into PostgreSQL. */
export const postgresExporter: ExporterType<typeof postgresOptions> = {
  type: 'postgres',
  description:
    'Writes interactive access, and if wanted every audit event, into tables of PostgreSQL: on a server, or embedded.',
  options: postgresOptions,
  create: (options, context) => new PostgresExporter(options, context),
}
