import type { ProcessorType } from '../../pipeline/component.ts'
import { sampleOptions } from './options.ts'
import { SampleProcessor } from './processor.ts'

/** Keeps one in so many requests. */
export const sampleProcessor: ProcessorType<typeof sampleOptions> = {
  type: 'sample',
  description: 'Keeps one in so many reads, all stages of a request or none; see docs/filter.md.',
  options: sampleOptions,
  create: (options, context) => new SampleProcessor(options, context.id),
}
