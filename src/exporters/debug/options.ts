import * as z from 'zod'

/** Options of the `debug` exporter. */
export const debugOptions = z.strictObject({
  format: z
    .enum(['text', 'json'])
    .default('text')
    .describe('text: a readable line for each event; json: its attributes as one JSON object a line'),
  color: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe('Whether text is coloured; auto: on a terminal, unless NO_COLOR or FORCE_COLOR say otherwise'),
})

export type DebugOptions = z.output<typeof debugOptions>
