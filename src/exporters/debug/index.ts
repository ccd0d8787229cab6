import type { ExporterType } from '../../pipeline/component.ts'
import { DebugExporter } from './exporter.ts'
import { debugOptions } from './options.ts'

/** Shows events on the terminal. */
export const debugExporter: ExporterType<typeof debugOptions> = {
  type: 'debug',
  description:
    'Writes a readable line for each event to stdout: when, who, what, on which object, how it ended.',
  options: debugOptions,
  create: (options, context) => new DebugExporter(options, context),
}
