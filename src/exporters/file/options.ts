import * as z from 'zod'
import { byteSize } from '../../config/scalars.ts'

/** Options of the `file` exporter. */
export const fileOptions = z.strictObject({
  path: z.string().min(1).describe('File to append to; its folder is created'),
  format: z
    .enum(['json', 'otlpJson'])
    .default('json')
    .describe(
      'json: one event a line, with its attributes; otlpJson: one OTLP request a line, as the Collector’s otlpjsonfile receiver reads them',
    ),
  maxSize: byteSize()
    .prefault('100MB')
    .describe('Before a batch would make the file larger than this, it is renamed to `path.1`'),
  maxFiles: z
    .int()
    .min(1)
    .default(5)
    .describe('How many renamed files are kept, `path.1` (the newest) and so on; the oldest is deleted'),
  fsync: z
    .boolean()
    .default(true)
    .describe('Sync each batch to the disk, so that a power loss takes nothing that was acknowledged'),
})

export type FileOptions = z.output<typeof fileOptions>
