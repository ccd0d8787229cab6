import type { ProcessorType } from '../../pipeline/component.ts'
import { filterOptions } from './options.ts'
import { FilterProcessor } from './processor.ts'

/** Drops events on purpose. */
export const filterProcessor: ProcessorType<typeof filterOptions> = {
  type: 'filter',
  description: 'Drops events by rules, counted by rule; see docs/filter.md.',
  options: filterOptions,
  create: (options, context) => new FilterProcessor(options, context.id),
}
