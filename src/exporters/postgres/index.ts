import type { ExporterType } from '../../pipeline/component.ts'
import { urlOf } from '../../postgres/open-database.ts'
import { PostgresExporter } from './exporter.ts'
import { postgresOptions } from './options.ts'

/** Writes interactive access, and if wanted every audit event, into PostgreSQL. */
export const postgresExporter: ExporterType<typeof postgresOptions> = {
  type: 'postgres',
  description:
    'Writes interactive access, and if wanted every audit event, into tables of PostgreSQL: on a server, or embedded.',
  options: postgresOptions,
  owns: options => (urlOf(options) === undefined ? 'the embedded PostgreSQL' : undefined),
  create: (options, context) => new PostgresExporter(options, context),
}
