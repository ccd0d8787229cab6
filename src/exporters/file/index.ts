import { resolve } from 'node:path'
import type { ExporterType } from '../../pipeline/component.ts'
import { FileExporter } from './exporter.ts'
import { fileOptions } from './options.ts'

/** Appends events to a file, as JSON lines or as OTLP JSON lines. */
export const fileExporter: ExporterType<typeof fileOptions> = {
  type: 'file',
  description: 'Appends events to a file that is rotated by size, as JSON lines or as OTLP JSON lines.',
  options: fileOptions,
  owns: ({ path }) => resolve(path),
  create: (options, context) => new FileExporter(options, context),
}
