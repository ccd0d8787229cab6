import type { Counters } from '../../pipeline/counters.ts'
import type { Distribution } from '../../pipeline/distribution.ts'
import type { Measured, MeasuredPipeline } from './measured.ts'
import type { Metric, Point } from './metric.ts'

/** What became of events, once each, whatever the number of exporters. */
export const PIPELINE_METRICS: readonly Metric[] = [
  {
    name: 'auditship.pipeline.events',
    kind: 'counter',
    unit: '{event}',
    attributes: ['pipeline', 'outcome'],
    description:
      'Events by what became of them: delivered to every exporter, filtered on purpose, or dead_lettered. Each event read ends in one of these.',
    read: byOutcome(({ delivered, filtered, deadLettered }) => [delivered, filtered, deadLettered]),
  },
  {
    name: 'auditship.pipeline.io',
    kind: 'counter',
    unit: 'By',
    attributes: ['pipeline', 'outcome'],
    description: 'Bytes of these events, as long as they were there and then: redaction shortens them.',
    read: byOutcome(counters => [
      counters.bytesDelivered,
      counters.bytesFiltered,
      counters.bytesDeadLettered,
    ]),
  },
  {
    name: 'auditship.processor.filtered',
    kind: 'counter',
    unit: '{event}',
    attributes: ['pipeline', 'processor', 'rule'],
    description: 'Events that a processor dropped, by the rule that did.',
    read: ({ pipelines }) =>
      pipelines.flatMap(({ name, counters }) =>
        [...counters.filteredBy].map(
          ([rule, count]): Point<number> => [count, { pipeline: name, ...processorAndRule(rule) }],
        ),
      ),
  },
  {
    name: 'auditship.pipeline.batch.events',
    kind: 'histogram',
    unit: '{event}',
    attributes: ['pipeline'],
    description: 'Events of each batch read: few while the agent keeps up, many when it is behind.',
    read: distribution(({ counters }) => counters.batchEvents),
  },
  {
    name: 'auditship.pipeline.batch.size',
    kind: 'histogram',
    unit: 'By',
    attributes: ['pipeline'],
    description: 'Bytes of each batch read.',
    read: distribution(({ counters }) => counters.batchBytes),
  },
  {
    name: 'auditship.pipeline.dead_letters.size',
    kind: 'gauge',
    unit: 'By',
    attributes: ['pipeline'],
    description: 'Size of the dead-letter file, until `auditship replay` empties it.',
    read: ({ pipelines }) =>
      Promise.all(
        pipelines.map(
          async ({ name, deadLetters }): Promise<Point<number>> => [
            await deadLetters.size(),
            { pipeline: name },
          ],
        ),
      ),
  },
  {
    name: 'auditship.pipeline.dead_letters.limit',
    kind: 'gauge',
    unit: 'By',
    attributes: ['pipeline'],
    description: 'Size of the dead-letter file at which delivery waits: `service.deadLetters.maxSize`.',
    read: ({ pipelines }) =>
      pipelines.map(({ name, deadLetters }) => [deadLetters.maxSize, { pipeline: name }]),
  },
]

const OUTCOMES = ['delivered', 'filtered', 'dead_lettered'] as const

/** `values` in the order of OUTCOMES. */
function byOutcome(values: (counters: Readonly<Counters>) => readonly [number, number, number]) {
  return ({ pipelines }: Measured): Point<number>[] =>
    pipelines.flatMap(({ name, counters }) =>
      values(counters).map(
        (value, index): Point<number> => [value, { pipeline: name, outcome: OUTCOMES[index] ?? '' }],
      ),
    )
}

function distribution(value: (pipeline: MeasuredPipeline) => Distribution) {
  return ({ pipelines }: Measured): Point<Distribution>[] =>
    pipelines.map(pipeline => [value(pipeline), { pipeline: pipeline.name }])
}

/** Of a name in `Counters.filteredBy`; ids have no spaces. */
function processorAndRule(name: string): { readonly processor: string; readonly rule: string } {
  const [processor = '', ...rule] = name.split(' ')
  return { processor, rule: rule.join(' ') }
}
