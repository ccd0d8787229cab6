import { ATTEMPT_OUTCOMES, type ExporterCounters, exporterCounters } from '../../pipeline/counters.ts'
import type { Distribution } from '../../pipeline/distribution.ts'
import type { Measured } from './measured.ts'
import type { Metric, Point } from './metric.ts'

/** What each exporter of a pipeline did. */
export const EXPORTER_METRICS: readonly Metric[] = [
  {
    name: 'auditship.exporter.events',
    kind: 'counter',
    unit: '{event}',
    attributes: ['pipeline', 'exporter', 'outcome'],
    description:
      'Events that the backend has taken (delivered) or refused for good (rejected: dead letters).',
    read: perExporter(({ delivered, rejected }) => [
      [delivered, { outcome: 'delivered' }],
      [rejected, { outcome: 'rejected' }],
    ]),
  },
  {
    name: 'auditship.exporter.io',
    kind: 'counter',
    unit: 'By',
    attributes: ['pipeline', 'exporter', 'outcome'],
    description: 'Bytes of these events, before encoding and compression.',
    read: perExporter(({ bytesDelivered, bytesRejected }) => [
      [bytesDelivered, { outcome: 'delivered' }],
      [bytesRejected, { outcome: 'rejected' }],
    ]),
  },
  {
    name: 'auditship.exporter.retries',
    kind: 'counter',
    unit: '{attempt}',
    attributes: ['pipeline', 'exporter'],
    description: 'Attempts that failed or were put off, and were or will be made again.',
    read: perExporter(({ retries }) => [[retries, {}]]),
  },
  {
    name: 'auditship.exporter.attempt.duration',
    kind: 'histogram',
    unit: 's',
    attributes: ['pipeline', 'exporter', 'outcome'],
    description:
      'How long attempts took, from encoding to the answer, by how they ended: delivered all, some put off (deferred), refused for good (rejected), or failed.',
    read: perExporter(({ attempts }) =>
      ATTEMPT_OUTCOMES.filter(outcome => outcome === 'delivered' || attempts[outcome].count > 0).map(
        (outcome): Point<Distribution> => [attempts[outcome], { outcome }],
      ),
    ),
  },
]

function perExporter<Value>(points: (counters: ExporterCounters) => readonly Point<Value>[]) {
  return ({ pipelines }: Measured): Point<Value>[] =>
    pipelines.flatMap(({ name, counters, destinations }) =>
      destinations.flatMap(({ id }) =>
        points(exporterCounters(counters, id)).map(
          ([value, attributes]): Point<Value> => [value, { pipeline: name, exporter: id, ...attributes }],
        ),
      ),
    )
}
